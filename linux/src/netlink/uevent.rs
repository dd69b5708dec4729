//! Devices that come, go and change: `NETLINK_KOBJECT_UEVENT`.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use rustix::io::Errno;
use rustix::net::netlink::KOBJECT_UEVENT;

use super::socket::{DATAGRAM, Socket};
use crate::error::{Calling, Result};

/// The group of the kernel's own events; udev's, which do not exist here, would be 2.
const KERNEL: u32 = 1;

/// Something that happened to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `add`, `remove`, `change`, `move`, `online`, `offline`, `bind`, `unbind`.
    pub action: String,
    /// Its path below `/sys`: `/devices/pci0000:00/…`.
    pub device: String,
    /// Everything said, these two included: `SUBSYSTEM`, `MODALIAS`, `DEVNAME`, …
    pub properties: BTreeMap<String, String>,
}

/// What a read of the socket found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// An event.
    Event(Event),
    /// A message of another form; it is passed over.
    Unreadable,
    /// Events were lost: look at all of `/sys` again.
    Overrun,
}

/// A descriptor that is readable when there are events; nonblocking.
#[derive(Debug)]
pub struct Uevents {
    socket: Socket,
    buffer: Vec<u8>,
}

impl Uevents {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the process is out of descriptors.
    pub fn open() -> Result<Self> {
        Ok(Self {
            socket: Socket::for_groups(Some(KOBJECT_UEVENT), KERNEL)?,
            buffer: vec![0; DATAGRAM],
        })
    }

    /// The next event, or nothing. Messages that do not come from the kernel are never seen.
    ///
    /// # Errors
    /// When the socket cannot be read.
    pub fn read(&mut self) -> Result<Option<Received>> {
        match self.socket.receive(&mut self.buffer) {
            Ok(datagram) => Ok(Some(parse(datagram).map_or(Received::Unreadable, Received::Event))),
            Err(Errno::AGAIN) => Ok(None),
            Err(Errno::NOBUFS | Errno::MSGSIZE) => Ok(Some(Received::Overrun)),
            Err(source) => Err(source).calling("recvfrom", "uevents"),
        }
    }
}

impl AsFd for Uevents {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl AsRawFd for Uevents {
    /// For an event loop to wait on.
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

/// `ACTION@DEVPATH`, then `KEY=VALUE` for each property, each ended by a NUL
/// (`lib/kobject_uevent.c`).
#[must_use]
pub fn parse(message: &[u8]) -> Option<Event> {
    let text = std::str::from_utf8(message).ok()?;
    let mut parts = text.split_terminator('\0');
    let (action, device) = parts.next()?.split_once('@')?;
    let properties = parts.filter_map(|part| part.split_once('='));
    Some(Event {
        action: action.to_owned(),
        device: device.to_owned(),
        properties: properties.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parses_an_event() {
        let event =
            parse(b"add@/devices/virtual/net/x\0ACTION=add\0SUBSYSTEM=net\0EMPTY=\0").unwrap();
        assert_eq!(
            (event.action.as_str(), event.device.as_str()),
            ("add", "/devices/virtual/net/x")
        );
        assert_eq!(event.properties.get("SUBSYSTEM").map(String::as_str), Some("net"));
        assert_eq!(event.properties.len(), 3);
        // udev's messages begin otherwise.
        assert_eq!(parse(b"libudev\0\xfe\xed\xca\xfe"), None);
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            drop(parse(&bytes));
        }
    }
}
