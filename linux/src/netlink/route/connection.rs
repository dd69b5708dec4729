//! Requests and their answers.

use netlink_packet_core::{NetlinkHeader, NetlinkMessage, NetlinkPayload, ParseableParametrized};
use netlink_packet_route::RouteNetlinkMessage;

use super::super::frame::{self, Answer, Frame, frames};
use super::super::socket::{DATAGRAM, ROUTE, Socket, refused};
use super::{Address, Family, Link, Route, address, link, path};
use crate::error::{KernelError, Result};

/// How often a dump is begun anew because of a change meanwhile. Changes that outrun this many
/// dumps do not end, and the monitor will tell when they do.
const DUMP_ATTEMPTS: usize = 10;

/// The most that a dump may bring: a full routing table of the internet has a million routes.
const MAX_ENTRIES: usize = 4 << 20;

/// A connection to the kernel's routing subsystem, for one thread at a time.
#[derive(Debug)]
pub struct Connection {
    socket: Socket,
    sequence: u32,
    buffer: Vec<u8>,
    unreadable: u64,
}

impl Connection {
    /// Opens one, in the network namespace of the calling thread.
    ///
    /// # Errors
    /// When the process is out of descriptors.
    pub fn open() -> Result<Self> {
        let socket = Socket::for_requests(ROUTE)?;
        Ok(Self { socket, sequence: 0, buffer: vec![0; DATAGRAM], unreadable: 0 })
    }

    /// How many entries of lists could not be read and were left out, since the connection was
    /// opened: a kernel newer than this program can have link types of another form.
    #[must_use]
    pub fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// All links.
    ///
    /// # Errors
    /// When the kernel refuses, or the list changes faster than it can be read.
    pub fn links(&mut self) -> Result<Vec<Link>> {
        self.dump("RTM_GETLINK", link::dump(), link::read)
    }

    /// All addresses, IPv4 and IPv6.
    ///
    /// # Errors
    /// As [`Connection::links`].
    pub fn addresses(&mut self) -> Result<Vec<Address>> {
        self.dump("RTM_GETADDR", address::dump(), address::read)
    }

    /// All routes of all tables, IPv4 then IPv6; a route with several next hops is listed once for
    /// each.
    ///
    /// # Errors
    /// As [`Connection::links`].
    pub fn routes(&mut self) -> Result<Vec<Route>> {
        let mut routes = self.dump("RTM_GETROUTE", path::dump(Family::V4), path::read)?;
        routes.extend(self.dump("RTM_GETROUTE", path::dump(Family::V6), path::read)?);
        Ok(routes.into_iter().flatten().collect())
    }

    /// Sets the link up.
    ///
    /// # Errors
    /// When there is no such link, or without `CAP_NET_ADMIN`.
    pub fn set_up(&mut self, link: u32) -> Result<()> {
        self.request("RTM_NEWLINK", format_args!("link {link} up"), link::set_up(link, true), 0)
    }

    /// Sets the link down; the kernel removes its routes and IPv6 addresses.
    ///
    /// # Errors
    /// As [`Connection::set_up`].
    pub fn set_down(&mut self, link: u32) -> Result<()> {
        self.request("RTM_NEWLINK", format_args!("link {link} down"), link::set_up(link, false), 0)
    }

    /// Sets the largest packet, in bytes.
    ///
    /// # Errors
    /// As [`Connection::set_up`], or when the device does not support the size.
    pub fn set_mtu(&mut self, link: u32, mtu: u32) -> Result<()> {
        self.request(
            "RTM_NEWLINK",
            format_args!("link {link} mtu {mtu}"),
            link::set_mtu(link, mtu),
            0,
        )
    }

    /// Makes a pair of virtual Ethernet links, each end of which receives what the other sends.
    ///
    /// # Errors
    /// When a name is taken ([`KernelError::is_present`]), or without `CAP_NET_ADMIN`.
    pub fn add_pair(&mut self, name: &str, peer: &str) -> Result<()> {
        let flags = frame::CREATE | frame::EXCLUSIVE;
        self.request(
            "RTM_NEWLINK",
            format_args!("{name} and {peer}"),
            link::add_pair(name, peer),
            flags,
        )
    }

    /// Removes a virtual link.
    ///
    /// # Errors
    /// When there is no such link ([`KernelError::is_absent`]), or it is hardware.
    pub fn delete_link(&mut self, link: u32) -> Result<()> {
        self.request("RTM_DELLINK", format_args!("link {link}"), link::delete(link), 0)
    }

    /// Adds an address; its `address`, `prefix`, `link`, `scope`, `flags`, `priority`, `broadcast`
    /// and `label` count.
    ///
    /// # Errors
    /// When it is there already ([`KernelError::is_present`]), or there is no such link.
    pub fn add_address(&mut self, address: &Address) -> Result<()> {
        self.request(
            "RTM_NEWADDR",
            address,
            address::add(address),
            frame::CREATE | frame::EXCLUSIVE,
        )
    }

    /// Removes an address.
    ///
    /// # Errors
    /// When it is not there ([`KernelError::is_absent`]).
    pub fn delete_address(&mut self, address: &Address) -> Result<()> {
        self.request("RTM_DELADDR", address, address::delete(address), 0)
    }

    /// Adds a route.
    ///
    /// # Errors
    /// When one to the same destination with the same priority is there
    /// ([`KernelError::is_present`]), or the gateway cannot be reached.
    pub fn add_route(&mut self, route: &Route) -> Result<()> {
        self.request("RTM_NEWROUTE", route, path::add(route), frame::CREATE | frame::EXCLUSIVE)
    }

    /// Adds a route, in place of the one to the same destination with the same priority if there is
    /// one.
    ///
    /// # Errors
    /// When the gateway cannot be reached.
    pub fn replace_route(&mut self, route: &Route) -> Result<()> {
        self.request("RTM_NEWROUTE", route, path::add(route), frame::CREATE | frame::REPLACE)
    }

    /// Removes a route.
    ///
    /// # Errors
    /// When it is not there ([`KernelError::is_absent`]).
    pub fn delete_route(&mut self, route: &Route) -> Result<()> {
        self.request("RTM_DELROUTE", route, path::delete(route), 0)
    }

    /// Sends a request and waits for its acknowledgement.
    fn request(
        &mut self,
        call: &'static str,
        object: impl std::fmt::Display,
        message: RouteNetlinkMessage,
        flags: u16,
    ) -> Result<()> {
        self.send(call, message, frame::REQUEST | frame::ACK | flags)?;
        loop {
            let sequence = self.sequence;
            let datagram =
                self.socket.receive(&mut self.buffer).map_err(|source| refused(call, source))?;
            // Answers to an earlier request, given up on, are passed over.
            let answer = frames(datagram)
                .find(|frame| frame.sequence == sequence && frame.kind == frame::ERROR);
            if let Some(answer) = answer {
                return finish(call, object, answer.answer());
            }
        }
    }

    /// Lists everything, and begins anew when the list has changed under way.
    fn dump<T>(
        &mut self,
        call: &'static str,
        message: RouteNetlinkMessage,
        read: fn(RouteNetlinkMessage) -> Option<T>,
    ) -> Result<Vec<T>> {
        for _ in 0..DUMP_ATTEMPTS {
            if let Some(list) = self.dump_once(call, message.clone(), read)? {
                return Ok(list);
            }
        }
        Err(KernelError::call(call, "changing all the time", rustix::io::Errno::INTR))
    }

    fn dump_once<T>(
        &mut self,
        call: &'static str,
        message: RouteNetlinkMessage,
        read: fn(RouteNetlinkMessage) -> Option<T>,
    ) -> Result<Option<Vec<T>>> {
        self.send(call, message, frame::REQUEST | frame::DUMP)?;
        let (mut list, mut interrupted, sequence) = (Vec::new(), false, self.sequence);
        loop {
            let datagram =
                self.socket.receive(&mut self.buffer).map_err(|source| refused(call, source))?;
            for frame in frames(datagram).filter(|frame| frame.sequence == sequence) {
                interrupted |= frame.interrupted();
                match frame.kind {
                    frame::DONE | frame::ERROR => {
                        finish(call, "all", frame.answer())?;
                        return Ok((!interrupted).then_some(list));
                    }
                    _ => match parse(&frame) {
                        Some(message) => list.extend(read(message)),
                        None => self.unreadable += 1,
                    },
                }
            }
            if list.len() > MAX_ENTRIES {
                return Err(KernelError::form(call, "more entries than its bound"));
            }
        }
    }

    fn send(&mut self, call: &'static str, message: RouteNetlinkMessage, flags: u16) -> Result<()> {
        self.sequence = self.sequence.wrapping_add(1);
        let mut header = NetlinkHeader::default();
        header.flags = flags;
        header.sequence_number = self.sequence;
        let mut message = NetlinkMessage::new(header, NetlinkPayload::InnerMessage(message));
        message.finalize();
        let mut bytes = vec![0; message.buffer_len()];
        message.serialize(&mut bytes);
        self.socket.send(&bytes).map_err(|source| KernelError::call("sendto", call, source))
    }
}

fn finish(call: &'static str, object: impl std::fmt::Display, answer: Answer) -> Result<()> {
    if answer.errno == 0 {
        return Ok(());
    }
    let source = std::io::Error::from_raw_os_error(answer.errno);
    Err(match answer.words {
        Some(reason) => KernelError::Explained { call, object: object.to_string(), reason, source },
        None => KernelError::call(call, object, source),
    })
}

/// The message in a frame, if the codec knows its form.
fn parse(frame: &Frame<'_>) -> Option<RouteNetlinkMessage> {
    RouteNetlinkMessage::parse_with_param(frame.payload, frame.kind).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The codec is not ours, and what it gets is the kernel's; it must not take the process
        /// down all the same.
        #[test]
        fn the_codec_never_panics(kind in 16_u16..28, payload: Vec<u8>) {
            let frame = Frame { kind, flags: 0, sequence: 0, payload: &payload };
            if let Some(message) = parse(&frame) {
                drop((link::read(message.clone()), address::read(message.clone()), path::read(message)));
            }
        }
    }
}
