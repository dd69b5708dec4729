//! One call, several nodes: each answers for itself, and one that does not spoils nothing.

use std::sync::Arc;

use api::MESSAGE_LIMIT;
use api::roles::{self, Kind};
use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::stream::{self, Stream, StreamExt, select_all};
use http::Response;
use http::header::CONTENT_TYPE;
use http_body::Frame;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::Incoming;
use tonic::Status;

use crate::body::{Body, RequestBody, trailers, whole};
use crate::headers::GRPC;
use crate::line::Call;
use crate::message::{Messages, error_tag, field, frame, merge, tag};
use crate::route::Target;
use crate::session::{Session, spoken};

/// Answers for the targets.
pub(crate) async fn answer(
    session: Arc<Session>,
    mut call: Call,
    targets: Vec<Target>,
    body: Incoming,
) -> Result<Response<Body>, Status> {
    let kind = roles::allowed(&call.method).map_or(Kind::Unary, |row| row.kind);
    // What is put together here must not be compressed.
    call.headers.remove("grpc-accept-encoding");
    let call = Arc::new(call);
    let mut asked = Vec::with_capacity(targets.len());
    if kind.streams_requests() {
        let [target] = <[Target; 1]>::try_from(targets).map_err(|_several| {
            Status::invalid_argument("a stream can be sent to one node only")
        })?;
        asked.push(Ask::new(&session, &call, target, body.boxed_unsync()));
    } else {
        let bytes = read(body).await?;
        let ask = |target| Ask::new(&session, &call, target, whole(bytes.clone()));
        asked.extend(targets.into_iter().map(ask));
    }
    let body = if kind.streams_responses() {
        let nodes = asked.into_iter().map(|ask| ask.stream().boxed());
        streamed(select_all(nodes))
    } else {
        unary(join_all(asked.into_iter().map(Ask::single)).await)
    };
    let mut answer = Response::new(body);
    answer.headers_mut().insert(CONTENT_TYPE, GRPC);
    Ok(answer)
}

/// The one request of a call.
async fn read(body: Incoming) -> Result<Bytes, Status> {
    match Limited::new(body, MESSAGE_LIMIT + 5).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Status::resource_exhausted(format!("a request of more than {MESSAGE_LIMIT} bytes")))
        }
        Err(error) => Err(Status::cancelled(format!("the request broke off: {error}"))),
    }
}

/// The answers of all nodes as one message.
fn unary(answers: Vec<(String, Result<Bytes, Status>)>) -> Body {
    let mut merged = Vec::new();
    for (name, answer) in answers {
        let mut items = Vec::new();
        let taken = answer.and_then(|answer| {
            merge(&mut items, &answer, &tag(&name))?;
            if merged.len() + items.len() > MESSAGE_LIMIT {
                return Err(Status::resource_exhausted("the answers of all nodes are too long"));
            }
            Ok(())
        });
        match taken {
            Ok(()) => merged.extend_from_slice(&items),
            Err(status) => merged.extend_from_slice(&field(&error_tag(&name, &status))),
        }
    }
    let over = trailers(&Status::ok(""));
    Full::new(frame(&merged)).with_trailers(async move { Some(Ok(over)) }).boxed_unsync()
}

/// The messages of all nodes as they come.
fn streamed(messages: impl Stream<Item = Bytes> + Send + 'static) -> Body {
    let over = stream::once(async { Frame::trailers(trailers(&Status::ok(""))) });
    StreamBody::new(messages.map(Frame::data).chain(over).map(Ok)).boxed_unsync()
}

/// One node of a call.
struct Ask {
    session: Arc<Session>,
    call: Arc<Call>,
    target: Target,
    place: Place,
}

/// How far it is.
enum Place {
    /// Not asked yet.
    Before(RequestBody),
    /// It answers.
    Answering(Messages<Incoming>),
    /// Nothing more will come.
    Over,
}

impl Ask {
    fn new(session: &Arc<Session>, call: &Arc<Call>, target: Target, body: RequestBody) -> Self {
        let (session, call) = (Arc::clone(session), Arc::clone(call));
        Self { session, call, target, place: Place::Before(body) }
    }

    /// The next message; `None` at the end of an answer that succeeded.
    async fn next(&mut self) -> Result<Option<Bytes>, Status> {
        match std::mem::replace(&mut self.place, Place::Over) {
            Place::Before(body) => {
                let answer = if self.target.own {
                    self.session.here(&self.call, body).await?
                } else {
                    self.session.there(&self.call, &self.target.name, body).await?
                };
                let (head, body) = spoken(answer)?.into_parts();
                self.place = Place::Answering(Messages::new(&head.headers, body));
            }
            place => self.place = place,
        }
        match &mut self.place {
            Place::Answering(messages) => messages.next().await,
            Place::Before(_) | Place::Over => Ok(None),
        }
    }

    /// The one message of a unary call.
    async fn single(mut self) -> (String, Result<Bytes, Status>) {
        let answer = async {
            let message = self.next().await?;
            let message = message.ok_or_else(|| Status::internal("no answer, and no error"))?;
            match self.next().await? {
                None => Ok(message),
                Some(_second) => Err(Status::internal("two answers to one call")),
            }
        };
        let answer = answer.await;
        (self.target.name, answer)
    }

    /// The framed messages of a streaming call, each with the node's name.
    fn stream(self) -> impl Stream<Item = Bytes> + Send + 'static {
        stream::unfold(self, |mut ask| async move {
            if matches!(ask.place, Place::Over) {
                return None;
            }
            let answer = Box::pin(ask.next()).await;
            let name = &ask.target.name;
            let tagged = match answer {
                Ok(Some(message)) => frame(&[&message, tag(name).as_slice()].concat()),
                Ok(None) => return None,
                Err(status) => {
                    ask.place = Place::Over;
                    frame(&error_tag(name, &status))
                }
            };
            Some((tagged, ask))
        })
    }
}
