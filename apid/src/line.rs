//! A connection to somebody who answers calls: HTTP/2, many calls at a time.

use std::time::Duration;

use http::{HeaderMap, Method, Request, Response, Uri};
use hyper::body::Incoming;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use types::caller::Caller;

use crate::body::RequestBody;

/// Bytes on the way per call. Enough for a fast answer, and the bound of what a client that does
/// not read can make us hold.
pub(crate) const STREAM_WINDOW: u32 = 256 * 1024;

/// Bytes on the way per connection.
pub(crate) const CONNECTION_WINDOW: u32 = 1024 * 1024;

/// Longest list of response headers and trailers; a status with its text fits many times.
const HEADERS: u32 = 64 * 1024;

/// How the other side shows that it lives while calls are open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pulse {
    /// It is asked after this much silence.
    pub(crate) every: Duration,
    /// It is given up after this much more.
    pub(crate) patience: Duration,
}

/// A call as it goes on: what it says does not depend on who answers.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Who calls.
    pub(crate) caller: Caller,
    /// The full method, a path.
    pub(crate) method: String,
    /// The headers that go on.
    pub(crate) headers: HeaderMap,
}

impl Call {
    /// The HTTP request for a host, of whom only HTTP/2 wants to know.
    pub(crate) fn request(&self, host: &str, body: RequestBody) -> Option<Request<RequestBody>> {
        let uri =
            Uri::builder().scheme("http").authority(host).path_and_query(self.method.as_str());
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri.build().ok()?;
        request.headers_mut().clone_from(&self.headers);
        Some(request)
    }
}

/// Why a call got no answer.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// It was not sent: another connection may be tried.
    Unsent(Box<Request<RequestBody>>),
    /// It may have been done.
    Lost(hyper::Error),
}

/// A connection. Clones share it; it ends with the last of them and the last call.
#[derive(Debug, Clone)]
pub(crate) struct Line(SendRequest<RequestBody>);

impl Line {
    /// Begins to speak HTTP/2.
    pub(crate) async fn open<I>(io: I, pulse: Pulse) -> Result<Self, hyper::Error>
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (line, connection) = Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(pulse.every)
            .keep_alive_timeout(pulse.patience)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(HEADERS)
            .handshake(TokioIo::new(io))
            .await?;
        // It ends by itself: with the last line and call, or by the pulse.
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended");
            }
        });
        Ok(Self(line))
    }

    /// Whether calls may be sent.
    pub(crate) fn is_open(&self) -> bool {
        !self.0.is_closed()
    }

    /// Makes a call, and waits for the head of its answer.
    pub(crate) async fn send(
        &mut self,
        request: Request<RequestBody>,
    ) -> Result<Response<Incoming>, Unanswered> {
        if self.0.ready().await.is_err() {
            return Err(Unanswered::Unsent(Box::new(request)));
        }
        self.0.try_send_request(request).await.map_err(|mut error| match error.take_message() {
            Some(request) => Unanswered::Unsent(Box::new(request)),
            None => Unanswered::Lost(error.into_error()),
        })
    }
}
