//! The bodies of requests and answers, passed on as they come.
//!
//! An answer never breaks off: where its source does, the client gets a status that says so, in
//! trailers.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body::{Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use tonic::Status;

/// What a client gets.
pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// What a client sent, on its way to whoever answers.
pub(crate) type RequestBody = UnsyncBoxBody<Bytes, hyper::Error>;

/// A request body that is known already.
pub(crate) fn whole(bytes: Bytes) -> RequestBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// The trailers that end an answer with this status.
pub(crate) fn trailers(status: &Status) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    if status.add_header(&mut trailers).is_err() {
        // Only metadata that is no header can be refused, and ours has none.
        trailers.insert("grpc-status", http::HeaderValue::from_static("13"));
    }
    trailers
}

/// An answer that is nothing but a status.
pub(crate) fn refusal(status: Status) -> Response<Body> {
    status.into_http()
}

/// Somebody's answer, which ends in a status even if that somebody goes away.
#[derive(Debug)]
pub(crate) struct Unbroken {
    inner: Incoming,
    source: &'static str,
    over: bool,
}

impl Unbroken {
    /// The answer of `source`, as the client is told when it breaks off.
    pub(crate) fn new(inner: Incoming, source: &'static str) -> Self {
        Self { inner, source, over: false }
    }
}

impl http_body::Body for Unbroken {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.over {
            return Poll::Ready(None);
        }
        let frame = match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
            None => return Poll::Ready(None),
            Some(Ok(frame)) => frame,
            Some(Err(error)) => {
                self.over = true;
                tracing::debug!(%error, source = self.source, "an answer broke off");
                Frame::trailers(trailers(&lost(self.source)))
            }
        };
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.over || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// Whoever answered went away in the middle.
pub(crate) fn lost(source: &str) -> Status {
    Status::unavailable(format!("{source} went away during the call; try again"))
}
