//! Datagrams with descriptors over a connected pair, `SOCK_SEQPACKET` with `SCM_RIGHTS`.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags,
    SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags, SocketType,
};

use crate::error::{Calling, KernelError, Result};

/// The most descriptors beside one datagram; the kernel's own limit is 253 (`SCM_MAX_FD`).
pub const MAX_FDS: usize = 8;

/// What a receive found.
#[derive(Debug)]
pub enum Received {
    /// A whole datagram.
    Message {
        /// How many bytes of the buffer it fills.
        length: usize,
        /// The descriptors beside it, set to close on exec.
        fds: Vec<OwnedFd>,
    },
    /// Nothing is waiting; poll for it.
    Empty,
    /// The other end is closed, and everything it sent has been received.
    Closed,
}

/// A connected pair, both ends nonblocking.
///
/// # Errors
/// When the process is out of descriptors.
pub fn pair() -> Result<(OwnedFd, OwnedFd)> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)
        .calling("socketpair", "AF_UNIX")
}

/// Sends one datagram with these descriptors beside it; all or nothing, never blocking, no
/// `SIGPIPE`.
///
/// # Errors
/// With kind `WouldBlock` when the other end has not read enough yet, with `BrokenPipe` when it is
/// closed; [`KernelError::Form`] for an empty datagram, which the other end could not tell from the
/// end, or for more than [`MAX_FDS`] descriptors.
pub fn send(socket: impl AsFd, bytes: &[u8], fds: &[BorrowedFd<'_>]) -> Result<()> {
    if bytes.is_empty() {
        return Err(KernelError::form("datagram", "empty"));
    }
    if fds.len() > MAX_FDS {
        return Err(KernelError::form("datagram", "too many descriptors"));
    }
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() && !control.push(SendAncillaryMessage::ScmRights(fds)) {
        return Err(KernelError::form("datagram", "too many descriptors"));
    }
    let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
    let sent = rustix::io::retry_on_intr(|| {
        rustix::net::sendmsg(&socket, &[IoSlice::new(bytes)], &mut control, flags)
    });
    match sent {
        Ok(length) if length == bytes.len() => Ok(()),
        Ok(_) => Err(KernelError::form("datagram", "sent in part")),
        Err(source) => Err(source).calling("sendmsg", "datagram"),
    }
}

/// Receives one datagram, never blocking.
///
/// # Errors
/// [`KernelError::Form`] for a datagram larger than the buffer or with more descriptors than
/// [`MAX_FDS`]: what came of it is dropped and its descriptors are closed.
pub fn receive(socket: impl AsFd, buffer: &mut [u8]) -> Result<Received> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT;
    let mut receive = || {
        rustix::io::retry_on_intr(|| {
            rustix::net::recvmsg(&socket, &mut [IoSliceMut::new(buffer)], &mut control, flags)
        })
    };
    let received = match receive() {
        // Said once, and before what is still queued, when the peer went away with data unread.
        Err(Errno::CONNRESET) => receive(),
        other => other,
    };
    let message = match received {
        Ok(message) => message,
        Err(Errno::AGAIN) => return Ok(Received::Empty),
        Err(source) => return Err(source).calling("recvmsg", "datagram"),
    };
    let mut fds = Vec::new();
    for part in control.drain() {
        if let RecvAncillaryMessage::ScmRights(passed) = part {
            fds.extend(passed);
        }
    }
    if message.flags.contains(ReturnFlags::TRUNC) {
        return Err(KernelError::form("datagram", "larger than its bound"));
    }
    if message.flags.contains(ReturnFlags::CTRUNC) {
        return Err(KernelError::form("datagram", "more descriptors than its bound"));
    }
    Ok(match message.bytes {
        0 => Received::Closed,
        length => Received::Message { length, fds },
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    #[test]
    fn carries_a_datagram_with_a_descriptor() {
        let (here, there) = pair().unwrap();
        let (read_end, mut write_end) = std::io::pipe().unwrap();
        send(&here, b"one", &[read_end.as_fd()]).unwrap();
        send(&here, b"two", &[]).unwrap();

        let mut buffer = [0; 16];
        let Received::Message { length, fds } = receive(&there, &mut buffer).unwrap() else {
            panic!("no message")
        };
        assert_eq!(buffer.get(..length), Some(&b"one"[..]));
        let [passed] = <[OwnedFd; 1]>::try_from(fds).unwrap();
        write_end.write_all(b"through").unwrap();
        drop(write_end);
        let mut text = String::new();
        std::fs::File::from(passed).read_to_string(&mut text).unwrap();
        assert_eq!(text, "through");

        let Received::Message { length, fds } = receive(&there, &mut buffer).unwrap() else {
            panic!("no message")
        };
        assert_eq!((length, fds.len()), (3, 0));
        assert!(matches!(receive(&there, &mut buffer).unwrap(), Received::Empty));
        drop(here);
        assert!(matches!(receive(&there, &mut buffer).unwrap(), Received::Closed));
    }

    #[test]
    fn refuses_what_is_out_of_bounds() {
        let (here, there) = pair().unwrap();
        send(&here, b"", &[]).unwrap_err();
        send(&here, b"x", &[here.as_fd(); MAX_FDS + 1]).unwrap_err();
        send(&here, b"longer", &[here.as_fd(); MAX_FDS]).unwrap();
        receive(&there, &mut [0; 3]).unwrap_err();
        // The rest of the datagram is gone with it.
        assert!(matches!(receive(&there, &mut [0; 3]).unwrap(), Received::Empty));
        drop(there);
        let error = send(&here, b"x", &[]).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn last_words_are_heard_though_ours_were_not() {
        let (here, there) = pair().unwrap();
        send(&here, b"unread", &[]).unwrap();
        send(&there, b"last", &[]).unwrap();
        drop(there);
        let mut buffer = [0; 16];
        let received = receive(&here, &mut buffer).unwrap();
        assert!(matches!(received, Received::Message { length: 4, .. }), "{received:?}");
        assert!(matches!(receive(&here, &mut buffer).unwrap(), Received::Closed));
    }

    #[test]
    fn a_full_queue_would_block() {
        let (here, _there) = pair().unwrap();
        let error = (0..100_000).find_map(|_| send(&here, &[0; 4096], &[]).err()).unwrap();
        assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
    }
}
