//! IPv4 datagrams on a link that has no address yet: `packet(7)`.
//!
//! For a DHCP client. The kernel makes and takes off the link layer's header; IPv4 and UDP are ours
//! ([`udp`]).
#![expect(unsafe_code, reason = "the addresses and filters of packet sockets have no safe wrapper")]

pub mod udp;

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType};

use crate::error::{Calling, KernelError, Result};

/// The hardware address of every station of an Ethernet.
pub const BROADCAST: [u8; 6] = [0xff; 6];

/// `ETH_P_IP` of `linux/if_ether.h`.
const ETH_P_IP: u16 = 0x0800;

/// A socket of one link that receives the IPv4 UDP datagrams to one port; nonblocking.
#[derive(Debug)]
pub struct Socket {
    socket: OwnedFd,
    link: i32,
}

impl Socket {
    /// Opens one for the link of this number, to receive what is sent to `port`.
    ///
    /// # Errors
    /// Without `CAP_NET_RAW`, or when there is no such link.
    pub fn open(link: u32, port: u16) -> Result<Self> {
        let link = i32::try_from(link)
            .map_err(|source| KernelError::call("bind", link, std::io::Error::other(source)))?;
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        // Without a protocol nothing is received until the bind, when the filter is in place.
        let socket =
            rustix::net::socket_with(AddressFamily::PACKET, SocketType::DGRAM, flags, None)
                .calling("socket", "AF_PACKET")?;
        attach(socket.as_fd(), &filter(port)).calling("setsockopt", "SO_ATTACH_FILTER")?;
        bind(socket.as_fd(), &address(link, BROADCAST))
            .calling("bind", format_args!("link {link}"))?;
        Ok(Self { socket, link })
    }

    /// Sends one IPv4 datagram, headers included, to a hardware address.
    ///
    /// # Errors
    /// When the link is down, or the datagram is larger than its MTU.
    pub fn send(&self, to: [u8; 6], datagram: &[u8]) -> Result<()> {
        let address = address(self.link, to);
        let (bytes, length) = (datagram.as_ptr(), datagram.len());
        let fd = self.socket.as_raw_fd();
        // SAFETY: sendto(2) reads `length` bytes of `datagram` and one sockaddr_ll, both borrowed
        // for the call; the descriptor is open as long as self.
        let sent = unsafe {
            libc::sendto(fd, bytes.cast(), length, 0, (&raw const address).cast(), SOCKADDR_LL)
        };
        if sent < 0 {
            return Err(std::io::Error::last_os_error())
                .calling("sendto", format_args!("link {}", self.link));
        }
        Ok(())
    }

    /// Receives one IPv4 datagram, headers included, or nothing when none is waiting. What is
    /// longer than the buffer is passed over.
    ///
    /// # Errors
    /// When the link has gone down (kind `NetworkDown`) or away.
    pub fn receive<'b>(&self, buffer: &'b mut [u8]) -> Result<Option<&'b [u8]>> {
        loop {
            let received = rustix::io::retry_on_intr(|| {
                // With MSG_TRUNC the length is that of the datagram even where the buffer is
                // shorter.
                rustix::net::recv(&self.socket, &mut *buffer, RecvFlags::TRUNC)
            });
            match received {
                Ok((_, length)) if length <= buffer.len() => return Ok(buffer.get(..length)),
                Ok(_) => {}
                Err(Errno::AGAIN) => return Ok(None),
                Err(source) => {
                    return Err(source).calling("recv", format_args!("link {}", self.link));
                }
            }
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl AsRawFd for Socket {
    /// For an event loop to wait on.
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

const SOCKADDR_LL: libc::socklen_t = 20;
const _: () =
    assert!(size_of::<libc::sockaddr_ll>() == 20, "struct sockaddr_ll of linux/if_packet.h");

fn address(link: i32, hardware: [u8; 6]) -> libc::sockaddr_ll {
    let [a, b, c, d, e, f] = hardware;
    libc::sockaddr_ll {
        sll_family: 17, // AF_PACKET
        sll_protocol: ETH_P_IP.to_be(),
        sll_ifindex: link,
        sll_hatype: 0,
        sll_pkttype: 0,
        sll_halen: 6,
        sll_addr: [a, b, c, d, e, f, 0, 0],
    }
}

fn bind(socket: BorrowedFd<'_>, address: &libc::sockaddr_ll) -> std::io::Result<()> {
    let address: *const libc::sockaddr_ll = address;
    // SAFETY: bind(2) reads one sockaddr_ll, whose size is asserted above, borrowed for the call,
    // as is the descriptor.
    match unsafe { libc::bind(socket.as_raw_fd(), address.cast(), SOCKADDR_LL) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

/// Accepts IPv4 UDP datagrams to `port` and no later fragments; offsets are from the IPv4 header
/// on.
fn filter(port: u16) -> [libc::sock_filter; 9] {
    // Class, size and mode of each instruction: kernel documentation, networking/filter.
    const LOAD_BYTE: u16 = 0x30;
    const LOAD_HALF: u16 = 0x28;
    const LOAD_HALF_INDEXED: u16 = 0x48;
    const LOAD_HEADER_LENGTH: u16 = 0xb1;
    const JUMP_EQUAL: u16 = 0x15;
    const JUMP_SET: u16 = 0x45;
    const RETURN: u16 = 0x06;
    let step = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    [
        step(LOAD_BYTE, 0, 0, 9),            // protocol
        step(JUMP_EQUAL, 0, 6, 17),          // UDP, else refuse
        step(LOAD_HALF, 0, 0, 6),            // flags and fragment offset
        step(JUMP_SET, 4, 0, 0x1fff),        // not the first fragment: refuse
        step(LOAD_HEADER_LENGTH, 0, 0, 0),   // x = length of the IPv4 header
        step(LOAD_HALF_INDEXED, 0, 0, 2),    // destination port, at x + 2
        step(JUMP_EQUAL, 0, 1, port.into()), // ours, else refuse
        step(RETURN, 0, 0, u32::MAX),        // all of it
        step(RETURN, 0, 0, 0),               // none of it
    ]
}

fn attach(socket: BorrowedFd<'_>, filter: &[libc::sock_filter; 9]) -> std::io::Result<()> {
    let program = libc::sock_fprog { len: 9, filter: filter.as_ptr().cast_mut() };
    let length = libc::socklen_t::try_from(size_of_val(&program)).unwrap_or(0);
    let (fd, program) = (socket.as_raw_fd(), &raw const program);
    // SAFETY: setsockopt(2) reads one sock_fprog and the nine instructions that it names, and
    // writes to neither; both live until it returns.
    match unsafe {
        libc::setsockopt(fd, libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, program.cast(), length)
    } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}
