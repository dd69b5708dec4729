//! A netlink socket: datagrams to and from the kernel.
#![expect(unsafe_code, reason = "the options of netlink sockets have no safe wrapper")]

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::sockopt::Timeout;
use rustix::net::{AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType};

use crate::error::{Calling, KernelError, Result};

/// `NETLINK_ROUTE`, which is 0, the protocol taken when none is named.
pub(super) const ROUTE: Option<Protocol> = None;

/// The kernel answers a request within the call that sends it; a wait this long means that it never
/// will.
const ANSWER_DEADLINE: Duration = Duration::from_secs(5);

/// Bursts of changes (a thousand routes of a routing daemon) wait here until they are read; the
/// kernel's default holds some two hundred. More than this overruns, which readers are told of.
const MONITOR_BUFFER: usize = 1 << 20;

/// Large enough for every datagram: the kernel makes them at most 32 KiB for a reader that offers
/// as much (`net/netlink/af_netlink.c`, netlink_recvmsg), and no single message of ours comes near.
pub(super) const DATAGRAM: usize = 64 << 10;

/// `SOL_NETLINK`, `NETLINK_CAP_ACK`, `NETLINK_EXT_ACK` of `linux/netlink.h`.
const SOL_NETLINK: i32 = 270;
const NETLINK_CAP_ACK: i32 = 10;
const NETLINK_EXT_ACK: i32 = 11;

/// A socket to the kernel.
#[derive(Debug)]
pub(super) struct Socket(OwnedFd);

impl Socket {
    /// For requests; blocking, with a deadline for the answer, which carries the kernel's words.
    pub(super) fn for_requests(protocol: Option<Protocol>) -> Result<Self> {
        let socket = Self::open(protocol, 0, SocketFlags::empty())?;
        rustix::net::sockopt::set_socket_timeout(&socket.0, Timeout::Recv, Some(ANSWER_DEADLINE))
            .calling("setsockopt", "SO_RCVTIMEO")?;
        for option in [NETLINK_CAP_ACK, NETLINK_EXT_ACK] {
            // Without them (before Linux 4.12) the answer is the number alone.
            socket.enable(option).ok();
        }
        Ok(socket)
    }

    /// For what the kernel tells the members of these groups (a mask); nonblocking.
    pub(super) fn for_groups(protocol: Option<Protocol>, groups: u32) -> Result<Self> {
        let socket = Self::open(protocol, groups, SocketFlags::NONBLOCK)?;
        // Beyond the limit for ordinary processes where permitted, else as much as it allows.
        if rustix::net::sockopt::set_socket_recv_buffer_size_force(&socket.0, MONITOR_BUFFER)
            .is_err()
        {
            rustix::net::sockopt::set_socket_recv_buffer_size(&socket.0, MONITOR_BUFFER)
                .calling("setsockopt", "SO_RCVBUF")?;
        }
        Ok(socket)
    }

    fn open(protocol: Option<Protocol>, groups: u32, flags: SocketFlags) -> Result<Self> {
        let flags = flags | SocketFlags::CLOEXEC;
        let socket =
            rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, protocol)
                .calling("socket", "AF_NETLINK")?;
        rustix::net::bind(&socket, &SocketAddrNetlink::new(0, groups))
            .calling("bind", "AF_NETLINK")?;
        Ok(Self(socket))
    }

    fn enable(&self, option: i32) -> std::io::Result<()> {
        let on: libc::c_int = 1;
        let length = libc::socklen_t::try_from(size_of_val(&on)).unwrap_or(0);
        let (fd, value) = (self.0.as_raw_fd(), &raw const on);
        // SAFETY: setsockopt(2) reads `length` bytes at `value`, which is `on` with its own size;
        // the descriptor is open for the time of this borrow.
        match unsafe { libc::setsockopt(fd, SOL_NETLINK, option, value.cast(), length) } {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        }
    }

    /// Sends one request.
    pub(super) fn send(&self, bytes: &[u8]) -> rustix::io::Result<()> {
        let kernel = SocketAddrNetlink::new(0, 0);
        rustix::io::retry_on_intr(|| {
            rustix::net::sendto(&self.0, bytes, SendFlags::empty(), &kernel)
        })
        .map(drop)
    }

    /// The next datagram from the kernel; others are dropped.
    ///
    /// `ENOBUFS` tells that some were lost, `EAGAIN` that none came in time or none is there.
    pub(super) fn receive<'b>(&self, buffer: &'b mut [u8]) -> rustix::io::Result<&'b [u8]> {
        loop {
            let received = rustix::io::retry_on_intr(|| {
                // With MSG_TRUNC the length is that of the datagram even where the buffer is
                // shorter.
                rustix::net::recvfrom(&self.0, &mut *buffer, RecvFlags::TRUNC)
            });
            let (_, length, sender) = received?;
            let from_kernel = sender.and_then(|sender| SocketAddrNetlink::try_from(sender).ok());
            if from_kernel.is_some_and(|sender| sender.pid() == 0) {
                return buffer.get(..length).ok_or(Errno::MSGSIZE);
            }
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// The error for a receive that was refused.
pub(super) fn refused(call: &'static str, source: Errno) -> KernelError {
    match source {
        Errno::AGAIN => {
            KernelError::call(call, "no answer", std::io::Error::from(std::io::ErrorKind::TimedOut))
        }
        other => KernelError::call("recvfrom", call, other),
    }
}
