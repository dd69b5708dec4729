//! Routes as values, and their messages.

use std::fmt;
use std::net::IpAddr;

use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteFlags, RouteHeader, RouteMessage, RouteMetric, RouteVia,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};

/// An address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// That of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    fn raw(self) -> AddressFamily {
        match self {
            Self::V4 => AddressFamily::Inet,
            Self::V6 => AddressFamily::Inet6,
        }
    }
}

/// A route, or one next hop of a route with several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Address family.
    pub family: Family,
    /// Where to, and how many of its leading bits count; `None` is everywhere, the default route.
    pub destination: Option<(IpAddr, u8)>,
    /// The source address that packets get.
    pub source: Option<IpAddr>,
    /// The next router; `None` is directly on the link.
    pub gateway: Option<IpAddr>,
    /// The link that it goes out by.
    pub link: Option<u32>,
    /// Table: 254 main, 255 local, 253 default.
    pub table: u32,
    /// Metric: the lowest wins; 0 is the kernel's default, 1024 for IPv6.
    pub priority: u32,
    /// How far the destination is: 0 everywhere, 253 on the link, 254 this machine.
    pub scope: u8,
    /// `RTN_…`: 1 unicast, 2 local, 3 broadcast, 5 multicast, 6 blackhole, 7 unreachable.
    pub kind: u8,
    /// `RTNH_F_…` and `RTM_F_…`: 4 the gateway is on the link whatever its address.
    pub flags: u32,
    /// Who made it: 2 the kernel, 3 at boot, 4 by hand, 9 router advertisement, 16 DHCP.
    pub protocol: u8,
    /// Largest packet to there in bytes, where less than the link's.
    pub mtu: Option<u32>,
}

impl Route {
    /// An ordinary route of the main table, to everywhere and from boot.
    #[must_use]
    pub fn new(family: Family) -> Self {
        Self {
            family,
            destination: None,
            source: None,
            gateway: None,
            link: None,
            table: RouteHeader::RT_TABLE_MAIN.into(),
            priority: 0,
            scope: 0,
            kind: 1,
            flags: 0,
            protocol: 3,
            mtu: None,
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.destination {
            Some((address, prefix)) => write!(f, "{address}/{prefix}")?,
            None => f.write_str("default")?,
        }
        if let Some(gateway) = self.gateway {
            write!(f, " via {gateway}")?;
        }
        if let Some(link) = self.link {
            write!(f, " on link {link}")?;
        }
        Ok(())
    }
}

pub(super) fn dump(family: Family) -> RouteNetlinkMessage {
    let mut message = RouteMessage::default();
    message.header.address_family = family.raw();
    RouteNetlinkMessage::GetRoute(message)
}

/// One for each next hop; nothing for entries of the cache.
pub(super) fn read(message: RouteNetlinkMessage) -> Option<Vec<Route>> {
    let RouteNetlinkMessage::NewRoute(message) = message else { return None };
    let header = message.header;
    let family = match header.address_family {
        AddressFamily::Inet => Family::V4,
        AddressFamily::Inet6 => Family::V6,
        _ => return None,
    };
    if header.flags.contains(RouteFlags::Cloned) {
        return None;
    }
    let mut route = Route {
        table: header.table.into(),
        scope: header.scope.into(),
        kind: header.kind.into(),
        flags: header.flags.bits(),
        protocol: header.protocol.into(),
        ..Route::new(family)
    };
    let mut hops = Vec::new();
    for attribute in message.attributes {
        match attribute {
            RouteAttribute::MultiPath(several) => hops = several,
            RouteAttribute::Destination(address) => {
                route.destination =
                    ip(&address).map(|address| (address, header.destination_prefix_length));
            }
            other => read_attribute(&mut route, other),
        }
    }
    if hops.is_empty() {
        return Some(vec![route]);
    }
    let one = |hop: netlink_packet_route::route::RouteNextHop| {
        let mut route = Route { link: Some(hop.interface_index), ..route.clone() };
        hop.attributes.into_iter().for_each(|attribute| read_attribute(&mut route, attribute));
        route
    };
    Some(hops.into_iter().map(one).collect())
}

fn read_attribute(route: &mut Route, attribute: RouteAttribute) {
    match attribute {
        RouteAttribute::PrefSource(address) => route.source = ip(&address),
        RouteAttribute::Gateway(address) => route.gateway = ip(&address),
        RouteAttribute::Via(RouteVia::Inet(address)) => route.gateway = Some(address.into()),
        RouteAttribute::Via(RouteVia::Inet6(address)) => route.gateway = Some(address.into()),
        RouteAttribute::Oif(index) => route.link = Some(index),
        RouteAttribute::Priority(priority) => route.priority = priority,
        RouteAttribute::Table(table) => route.table = table,
        RouteAttribute::Metrics(metrics) => {
            let mtu = |metric: &RouteMetric| match metric {
                RouteMetric::Mtu(mtu) => Some(*mtu),
                _ => None,
            };
            route.mtu = metrics.iter().find_map(mtu);
        }
        _ => {}
    }
}

fn ip(address: &RouteAddress) -> Option<IpAddr> {
    match address {
        RouteAddress::Inet(address) => Some((*address).into()),
        RouteAddress::Inet6(address) => Some((*address).into()),
        _ => None,
    }
}

fn message(route: &Route) -> RouteMessage {
    let mut message = RouteMessage::default();
    message.header.address_family = route.family.raw();
    message.header.scope = route.scope.into();
    message.header.kind = route.kind.into();
    message.header.protocol = route.protocol.into();
    message.header.flags = RouteFlags::from_bits_retain(route.flags);
    // Table numbers above 255 go into the attribute alone.
    message.header.table = u8::try_from(route.table).unwrap_or(RouteHeader::RT_TABLE_UNSPEC);
    let attributes = &mut message.attributes;
    attributes.push(RouteAttribute::Table(route.table));
    if let Some((address, prefix)) = route.destination {
        message.header.destination_prefix_length = prefix;
        attributes.push(RouteAttribute::Destination(address.into()));
    }
    attributes.extend(route.gateway.map(|address| RouteAttribute::Gateway(address.into())));
    attributes.extend(route.source.map(|address| RouteAttribute::PrefSource(address.into())));
    attributes.extend(route.link.map(RouteAttribute::Oif));
    if route.priority != 0 {
        attributes.push(RouteAttribute::Priority(route.priority));
    }
    message
}

pub(super) fn add(route: &Route) -> RouteNetlinkMessage {
    let mut message = message(route);
    message
        .attributes
        .extend(route.mtu.map(|mtu| RouteAttribute::Metrics(vec![RouteMetric::Mtu(mtu)])));
    RouteNetlinkMessage::NewRoute(message)
}

pub(super) fn delete(route: &Route) -> RouteNetlinkMessage {
    RouteNetlinkMessage::DelRoute(message(route))
}
