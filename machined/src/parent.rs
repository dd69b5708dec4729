//! The conversation with init: requests out, events in, one datagram each.
//!
//! init never waits for machined, so this end reads at once and queues what is still to be sent.

use std::os::fd::OwnedFd;

use linux::socket::{self, Received};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::mpsc;
use types::codec::CodecError;
use types::init::{Event, MAX_MESSAGE, Request};

use crate::ready;
use crate::service::supervisor;

/// Why the conversation ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ParentError {
    /// The socket cannot be waited on.
    #[error("wait for init")]
    Wait(#[source] std::io::Error),
    /// A datagram could not be received or sent.
    #[error("talk to init")]
    Talk(#[source] linux::KernelError),
    /// init said something that this build does not know.
    #[error("understand init")]
    Understand(#[source] CodecError),
    /// init closed its end: it is starting another machined.
    #[error("init has closed the socket")]
    Closed,
}

/// Talks until init closes the socket or nobody asks for anything any more.
///
/// # Errors
/// When init has gone, or one side does not understand the other.
pub(crate) async fn run(
    socket: OwnedFd,
    mut requests: mpsc::Receiver<Request>,
    inbox: mpsc::Sender<supervisor::Event>,
) -> Result<(), ParentError> {
    let socket = ready::watch(socket, Interest::READABLE.add(Interest::WRITABLE))
        .map_err(ParentError::Wait)?;
    let mut buffer = vec![0; MAX_MESSAGE];
    loop {
        tokio::select! {
            ready = socket.readable() => {
                let mut ready = ready.map_err(ParentError::Wait)?;
                match socket::receive(ready.get_inner(), &mut buffer).map_err(ParentError::Talk)? {
                    Received::Empty => ready.clear_ready(),
                    Received::Closed => return Err(ParentError::Closed),
                    Received::Message { length, fds } => {
                        let bytes = buffer.get(..length).unwrap_or_default();
                        let event = Event::decode(bytes).map_err(ParentError::Understand)?;
                        let event = supervisor::Event::Init(event, fds.into_iter().next());
                        if inbox.send(event).await.is_err() {
                            return Ok(());
                        }
                    }
                }
            }
            request = requests.recv() => match request {
                Some(request) => send(&socket, &request).await?,
                None => return Ok(()),
            },
        }
    }
}

async fn send(socket: &AsyncFd<OwnedFd>, request: &Request) -> Result<(), ParentError> {
    let bytes = request.encode();
    loop {
        let mut ready = socket.ready(Interest::WRITABLE).await.map_err(ParentError::Wait)?;
        match socket::send(ready.get_inner(), &bytes, &[]) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => ready.clear_ready(),
            sent => return sent.map_err(ParentError::Talk),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn requests_go_out_and_events_come_in_with_their_descriptor() {
        let (here, init) = socket::pair().expect("a pair");
        let (ask, requests) = mpsc::channel(4);
        let (inbox, mut events) = mpsc::channel(4);
        tokio::spawn(run(here, requests, inbox));

        ask.send(Request::List).await.expect("the task lives");
        let init = ready::watch(init, Interest::READABLE).expect("a descriptor");
        let mut buffer = [0; 64];
        let length = loop {
            let mut ready = init.readable().await.expect("readable");
            match socket::receive(ready.get_inner(), &mut buffer).expect("a datagram") {
                Received::Message { length, .. } => break length,
                Received::Empty => ready.clear_ready(),
                Received::Closed => panic!("closed"),
            }
        };
        assert_eq!(Request::decode(&buffer[..length]), Ok(Request::List));

        let (read_end, _write_end) = std::io::pipe().expect("a pipe");
        let event = Event::Listening("api".to_owned());
        let fd = std::os::fd::AsFd::as_fd(&read_end);
        socket::send(init.get_ref(), &event.encode(), &[fd]).expect("sent");
        match events.recv().await {
            Some(supervisor::Event::Init(found, Some(_fd))) => assert_eq!(found, event),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_closed_socket_ends_it() {
        let (here, init) = socket::pair().expect("a pair");
        let (_ask, requests) = mpsc::channel(4);
        let (inbox, _events) = mpsc::channel(4);
        drop(init);
        assert!(matches!(run(here, requests, inbox).await, Err(ParentError::Closed)));
    }
}
