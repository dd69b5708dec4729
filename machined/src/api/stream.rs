//! Streams of answers: a bounded queue between who makes them and the client.
//!
//! When the client goes away the queue closes, and whoever fills it ends at its next message.
//! What reads files does so on a thread of its own, and there is a bounded number of those.

use std::pin::Pin;

use api::common::{Data, Metadata};
use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::{Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

/// A stream of answers.
pub(super) type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Where answers are put.
pub(super) type Sender<T> = mpsc::Sender<Result<T, Status>>;

/// Answers that wait for the client: enough to keep it busy, little enough to hold for a thousand.
const QUEUE: usize = 16;

/// Threads that walk or read files for clients at once. One waits for as long as its client does not
/// read, and tokio lends 512 to the whole process.
const THREADS: usize = 64;

static PLACES: Semaphore = Semaphore::const_new(THREADS);

/// Runs `work`, which waits for disks and for its client, on a thread of its own.
///
/// # Errors
/// `ResourceExhausted` when that many threads work for clients already.
pub(super) fn on_a_thread(work: impl FnOnce() + Send + 'static) -> Result<(), Status> {
    let place = PLACES.try_acquire().map_err(|_full| {
        Status::resource_exhausted(format!("{THREADS} calls are reading files already"))
    })?;
    tokio::task::spawn_blocking(move || {
        work();
        drop(place);
    });
    Ok(())
}

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
