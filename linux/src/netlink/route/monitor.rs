//! Word of changes, not the changes themselves: whoever is told reads the whole list anew.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use rustix::io::Errno;

use super::super::frame::frames;
use super::super::socket::{DATAGRAM, ROUTE, Socket};
use crate::error::{Calling, Result};

/// `RTMGRP_LINK`, `_IPV4_IFADDR`, `_IPV4_ROUTE`, `_IPV6_IFADDR`, `_IPV6_ROUTE` of
/// `linux/rtnetlink.h`.
const GROUPS: u32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

/// How many datagrams one read takes at most, so that a flood of changes cannot hold its caller;
/// the descriptor stays readable when there are more.
const AT_ONCE: usize = 1024;

/// What has changed since the last read; all of it when the kernel had to drop word of some
/// changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Changes {
    /// A link came, went or changed.
    pub links: bool,
    /// An address came or went.
    pub addresses: bool,
    /// A route came or went.
    pub routes: bool,
}

impl Changes {
    /// Everything may have changed.
    const ALL: Self = Self { links: true, addresses: true, routes: true };

    /// Whether anything has, or may have, changed.
    #[must_use]
    pub fn any(&self) -> bool {
        self.links || self.addresses || self.routes
    }

    fn note(&mut self, kind: u16) {
        match kind {
            libc::RTM_NEWLINK | libc::RTM_DELLINK | libc::RTM_SETLINK => self.links = true,
            libc::RTM_NEWADDR | libc::RTM_DELADDR => self.addresses = true,
            libc::RTM_NEWROUTE | libc::RTM_DELROUTE => self.routes = true,
            _ => {}
        }
    }
}

/// A descriptor that is readable when links, addresses or routes have changed; nonblocking.
#[derive(Debug)]
pub struct Monitor {
    socket: Socket,
    buffer: Vec<u8>,
}

impl Monitor {
    /// Begins to listen, in the network namespace of the calling thread. Open it before the first
    /// list is read.
    ///
    /// # Errors
    /// When the process is out of descriptors.
    pub fn open() -> Result<Self> {
        Ok(Self { socket: Socket::for_groups(ROUTE, GROUPS)?, buffer: vec![0; DATAGRAM] })
    }

    /// What has changed since the last call; nothing when nothing has.
    ///
    /// # Errors
    /// When the socket cannot be read.
    pub fn read(&mut self) -> Result<Changes> {
        let mut changes = Changes::default();
        for _ in 0..AT_ONCE {
            match self.socket.receive(&mut self.buffer) {
                Ok(datagram) => frames(datagram).for_each(|frame| changes.note(frame.kind)),
                Err(Errno::AGAIN) => break,
                Err(Errno::NOBUFS | Errno::MSGSIZE) => changes = Changes::ALL,
                Err(source) => return Err(source).calling("recvfrom", "rtnetlink groups"),
            }
        }
        Ok(changes)
    }
}

impl AsFd for Monitor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl AsRawFd for Monitor {
    /// For an event loop to wait on.
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}
