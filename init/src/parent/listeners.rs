//! The listening sockets that init holds for those who serve.
//!
//! A socket outlives the process that accepts from it: while that process is started again,
//! connections wait in the socket's queue.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use linux::{KernelError, socket};
use types::init::{Address, MACHINE_FD, STATE_FD};
use types::{paths, uid};

use crate::error::chain;
use crate::log::Log;

/// The most sockets held: those of machined and a few services. It bounds what a mad machined can
/// make of us.
const MAX_LISTENERS: usize = 16;

/// Why a socket is not held.
#[derive(Debug, thiserror::Error)]
pub(super) enum ListenError {
    /// The name would not survive `LISTEN_FDNAMES`.
    #[error("not a name for a socket")]
    Name,
    /// One name, one address, as long as init lives.
    #[error("held at another address already")]
    Address,
    /// [`MAX_LISTENERS`].
    #[error("too many sockets are held already")]
    Full,
    /// The kernel refuses.
    #[error("listen")]
    Kernel(#[source] KernelError),
}

#[derive(Debug)]
struct Listener {
    name: String,
    address: Address,
    socket: OwnedFd,
}

/// The sockets by name.
#[derive(Debug)]
pub(super) struct Listeners(Vec<Listener>);

impl Listeners {
    /// Binds the two sockets of machined. One that cannot be bound is missing until init starts
    /// again, which the line says; machined then says what it cannot serve.
    pub(super) fn new(log: &Log) -> Self {
        let mut listeners = Self(Vec::new());
        let unix = |path: &str, uid, mode| Address::Unix { path: path.to_owned(), uid, mode };
        for (name, address) in [
            // Nobody but the front door speaks for callers.
            (MACHINE_FD, unix(paths::MACHINE_SOCKET, uid::APID, 0o600)),
            // Who may read and write what, machined decides by the peer's user.
            (STATE_FD, unix(paths::STATE_SOCKET, uid::ROOT, 0o666)),
        ] {
            if let Err(error) = listeners.listen(name, address) {
                log.error(format_args!("socket {name}: {}; going on without it", chain(&error)));
            }
        }
        listeners
    }

    /// Binds a socket and holds it; what is held already stays.
    pub(super) fn listen(&mut self, name: &str, address: Address) -> Result<(), ListenError> {
        if name.is_empty() || name.contains(':') {
            return Err(ListenError::Name);
        }
        if let Some(held) = self.0.iter().find(|held| held.name == name) {
            return if held.address == address { Ok(()) } else { Err(ListenError::Address) };
        }
        if self.0.len() >= MAX_LISTENERS {
            return Err(ListenError::Full);
        }
        let socket = bind(&address).map_err(ListenError::Kernel)?;
        self.0.push(Listener { name: name.to_owned(), address, socket });
        Ok(())
    }

    /// The socket of that name.
    pub(super) fn get(&self, name: &str) -> Option<(&str, BorrowedFd<'_>)> {
        let held = self.0.iter().find(|held| held.name == name)?;
        Some((held.name.as_str(), held.socket.as_fd()))
    }
}

fn bind(address: &Address) -> linux::Result<OwnedFd> {
    match address {
        Address::Tcp(port) => socket::listen_tcp(*port),
        Address::Unix { path, uid, mode } => {
            socket::listen_unix(Path::new(path), *mode, *uid, *uid)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> Listeners {
        Listeners(Vec::new())
    }

    #[test]
    fn what_is_held_stays_and_has_one_address() {
        let mut listeners = empty();
        listeners.listen("api", Address::Tcp(0)).unwrap();
        listeners.listen("api", Address::Tcp(0)).unwrap();
        assert!(matches!(listeners.listen("api", Address::Tcp(1)), Err(ListenError::Address)));
        assert!(listeners.get("api").is_some());
        assert!(listeners.get("other").is_none());
        assert_eq!(listeners.0.len(), 1);
    }

    #[test]
    fn names_and_number_are_bounded() {
        let mut listeners = empty();
        assert!(matches!(listeners.listen("", Address::Tcp(0)), Err(ListenError::Name)));
        assert!(matches!(listeners.listen("a:b", Address::Tcp(0)), Err(ListenError::Name)));
        for number in 0..MAX_LISTENERS {
            listeners.listen(&number.to_string(), Address::Tcp(0)).unwrap();
        }
        assert!(matches!(listeners.listen("more", Address::Tcp(0)), Err(ListenError::Full)));
    }
}
