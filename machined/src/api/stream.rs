//! Streams of answers: a bounded queue between who makes them and the client.
//!
//! When the client goes away the queue closes, and whoever fills it ends at its next message.

use std::pin::Pin;

use api::common::{Data, Metadata};
use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

/// A stream of answers.
pub(super) type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Where answers are put.
pub(super) type Sender<T> = mpsc::Sender<Result<T, Status>>;

/// Answers that wait for the client: enough to keep it busy, little enough to hold for a thousand.
const QUEUE: usize = 16;

/// A queue and the stream that it feeds.
pub(super) fn queue<T: Send + 'static>() -> (Sender<T>, Answers<T>) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    (sender, Box::pin(ReceiverStream::new(receiver)))
}

/// A chunk of bytes as an answer.
pub(super) fn data(bytes: impl Into<Bytes>) -> Data {
    Data { metadata: None, bytes: bytes.into() }
}

/// A problem that does not end the stream, as an answer.
pub(super) fn problem(text: String) -> Data {
    let metadata = Metadata { error: text, ..Metadata::default() };
    Data { metadata: Some(metadata), bytes: Bytes::new() }
}
