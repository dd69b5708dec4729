//! Sockets between processes of one machine, and listening sockets: `unix(7)`, `tcp(7)`.
//!
//! Datagrams with descriptors, the kernel's word on who is at the other end, and the handing on of
//! listening sockets from a parent. What is said over them is not known here.

mod buffer;
mod inherited;
mod listen;
mod seqpacket;

pub use buffer::set_send_buffer;
pub use inherited::take_inherited;
pub use listen::{listen_tcp, listen_unix};
pub use seqpacket::{MAX_FDS, Received, pair, receive, send};

use std::os::fd::AsFd;

use crate::error::{Calling, Result};

/// Who is at the other end of a unix socket, by the kernel's word as of `connect(2)` or
/// `socketpair(2)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The process; it may have ended, and its number been given away, since.
    pub pid: u32,
    /// Its effective user.
    pub uid: u32,
    /// Its effective group.
    pub gid: u32,
}

/// The other end of a connected unix socket (`SO_PEERCRED`).
///
/// # Errors
/// When the socket is no connected unix socket.
pub fn peer(socket: impl AsFd) -> Result<Peer> {
    let credentials =
        rustix::net::sockopt::socket_peercred(socket).calling("getsockopt", "SO_PEERCRED")?;
    Ok(Peer {
        pid: u32::try_from(credentials.pid.as_raw_pid()).unwrap_or(0),
        uid: credentials.uid.as_raw(),
        gid: credentials.gid.as_raw(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_two_ends_of_this_process() {
        let (one, _other) = pair().unwrap();
        let peer = peer(&one).unwrap();
        assert_eq!(peer.pid, std::process::id());
        assert_eq!(peer.uid, crate::process::uid());
    }
}
