//! Addresses as values, and their messages.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netlink_packet_route::address::{AddressAttribute, AddressFlags, AddressMessage};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};

/// An address of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The link's number.
    pub link: u32,
    /// The address; on a link between two points that of the other end, when `local` differs.
    pub address: IpAddr,
    /// How many leading bits are the network.
    pub prefix: u8,
    /// This end's address, where the kernel names it: always for IPv4.
    pub local: Option<IpAddr>,
    /// Address that all of the network receive.
    pub broadcast: Option<Ipv4Addr>,
    /// Address that the nearest of several receives.
    pub anycast: Option<Ipv6Addr>,
    /// Address of a group.
    pub multicast: Option<Ipv6Addr>,
    /// Where it is valid: 0 everywhere, 200 site, 253 link, 254 this machine, 255 nowhere.
    pub scope: u8,
    /// `IFA_F_…`: 0x80 permanent, 0x40 tentative, 0x20 deprecated, 0x08 its duplicate detection
    /// failed, 0x02 no duplicate detection, 0x01 secondary, 0x200 without a route to its network.
    pub flags: u32,
    /// Metric of the route to its network; 0 is the kernel's default.
    pub priority: u32,
    /// Label, IPv4 only.
    pub label: Option<String>,
}

impl Address {
    /// An ordinary address of a link.
    #[must_use]
    pub fn new(link: u32, address: IpAddr, prefix: u8) -> Self {
        Self {
            link,
            address,
            prefix,
            local: None,
            broadcast: None,
            anycast: None,
            multicast: None,
            scope: 0,
            flags: 0,
            priority: 0,
            label: None,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} on link {}", self.address, self.prefix, self.link)
    }
}

pub(super) fn dump() -> RouteNetlinkMessage {
    RouteNetlinkMessage::GetAddress(AddressMessage::default())
}

pub(super) fn read(message: RouteNetlinkMessage) -> Option<Address> {
    let RouteNetlinkMessage::NewAddress(message) = message else { return None };
    let (mut address, mut local) = (None, None);
    let mut rest =
        Address::new(message.header.index, Ipv4Addr::UNSPECIFIED.into(), message.header.prefix_len);
    rest.scope = message.header.scope.into();
    // The attribute, which has all bits, comes later and wins.
    rest.flags = message.header.flags.bits().into();
    for attribute in message.attributes {
        match attribute {
            AddressAttribute::Address(ip) => address = Some(ip),
            AddressAttribute::Local(ip) => local = Some(ip),
            AddressAttribute::Broadcast(ip) => rest.broadcast = Some(ip),
            AddressAttribute::Anycast(ip) => rest.anycast = Some(ip),
            AddressAttribute::Multicast(ip) => rest.multicast = Some(ip),
            AddressAttribute::Flags(flags) => rest.flags = flags.bits(),
            AddressAttribute::RoutePriority(priority) => rest.priority = priority,
            AddressAttribute::Label(label) => rest.label = Some(label),
            _ => {}
        }
    }
    Some(Address { address: address.or(local)?, local, ..rest })
}

fn message(address: &Address) -> AddressMessage {
    let mut message = AddressMessage::default();
    message.header.family =
        if address.address.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    message.header.prefix_len = address.prefix;
    message.header.index = address.link;
    message.header.scope = address.scope.into();
    message.attributes.push(AddressAttribute::Local(address.local.unwrap_or(address.address)));
    message.attributes.push(AddressAttribute::Address(address.address));
    message
}

pub(super) fn add(address: &Address) -> RouteNetlinkMessage {
    let mut message = message(address);
    if address.flags != 0 {
        message
            .attributes
            .push(AddressAttribute::Flags(AddressFlags::from_bits_retain(address.flags)));
    }
    if address.priority != 0 {
        message.attributes.push(AddressAttribute::RoutePriority(address.priority));
    }
    message.attributes.extend(address.broadcast.map(AddressAttribute::Broadcast));
    message.attributes.extend(address.label.clone().map(AddressAttribute::Label));
    RouteNetlinkMessage::NewAddress(message)
}

pub(super) fn delete(address: &Address) -> RouteNetlinkMessage {
    RouteNetlinkMessage::DelAddress(message(address))
}
