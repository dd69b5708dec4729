//! A machined that says what it was asked.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::roles::allowed;
use futures_util::stream;
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::AsyncReadExt;
use tokio::net::UnixListener;
use tokio::task::JoinHandle;
use tonic::Status;
use types::caller::{Caller, MAX_CALLER};

use super::world::{ENDLESS, FAILING, GET, STREAM};
use crate::body::{Body, trailers};
use crate::message::{field, frame};

/// What machined was asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) headers: HeaderMap,
}

/// A machined that says who called.
pub(super) struct Machined {
    pub(super) asked: Arc<Mutex<Vec<Asked>>>,
    /// Endless answers in progress.
    pub(super) endless: Arc<AtomicUsize>,
    pub(super) task: JoinHandle<()>,
}

impl Machined {
    /// Serves at a socket.
    pub(super) fn start(socket: &Path, name: &str) -> Self {
        std::fs::remove_file(socket).ok();
        let listener = UnixListener::bind(socket).unwrap();
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let endless = Arc::<AtomicUsize>::default();
        let shared = (Arc::clone(&asked), Arc::clone(&endless), name.to_owned());
        let task = tokio::spawn(async move {
            // Dropped with this task: so die all connections with it.
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let (asked, endless, name) = shared.clone();
                connections.spawn(async move {
                    let length = socket.read_u32_le().await.unwrap() as usize;
                    assert!(length <= MAX_CALLER);
                    let mut bytes = vec![0; length];
                    socket.read_exact(&mut bytes).await.unwrap();
                    let caller = Caller::decode(&bytes).unwrap();
                    let answer = service_fn(move |request: Request<Incoming>| {
                        let (head, body) = request.into_parts();
                        let method = head.uri.path().to_owned();
                        asked
                            .lock()
                            .unwrap()
                            .push(Asked { method: method.clone(), headers: head.headers });
                        let text = format!(
                            "{name} {} {} {:?}",
                            caller.roles,
                            if caller.maintenance { "maintenance" } else { "configured" },
                            caller.peer
                        );
                        answer(method, text, body, Arc::clone(&endless))
                    });
                    hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(socket), answer)
                        .await
                        .ok();
                });
            }
        });
        Self { asked, endless, task }
    }

    /// The calls that came through, and forgets them.
    pub(super) fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

async fn answer(
    method: String,
    text: String,
    body: Incoming,
    endless: Arc<AtomicUsize>,
) -> Result<Response<Body>, Status> {
    let request = body.collect().await.unwrap().to_bytes();
    // The text stands as field 2, since field 1 is for the metadata.
    let mut said = vec![0x12, u8::try_from(text.len()).unwrap()];
    said.extend_from_slice(text.as_bytes());
    let streams = allowed(&method).is_some_and(|row| row.kind.streams_responses());
    let message = if streams || method == GET { frame(&said) } else { frame(&field(&said)) };
    let ok = Frame::trailers(trailers(&Status::ok("")));
    let frames = match method.as_str() {
        FAILING => vec![Frame::trailers(trailers(&Status::not_found("nothing here")))],
        STREAM => vec![Frame::data(message), Frame::data(request), ok],
        ENDLESS => {
            struct Guard(Arc<AtomicUsize>);
            impl Drop for Guard {
                fn drop(&mut self) {
                    self.0.fetch_sub(1, Ordering::SeqCst);
                }
            }
            endless.fetch_add(1, Ordering::SeqCst);
            let state = (message, Guard(endless));
            let stream = stream::unfold(state, |state| async move {
                tokio::time::sleep(Duration::from_millis(5)).await;
                Some((Ok(Frame::data(state.0.clone())), state))
            });
            return Ok(grpc(StreamBody::new(stream).boxed_unsync()));
        }
        _ => vec![Frame::data(message), ok],
    };
    Ok(grpc(StreamBody::new(stream::iter(frames.into_iter().map(Ok))).boxed_unsync()))
}

fn grpc(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    response.headers_mut().insert("content-type", crate::headers::GRPC);
    response
}
