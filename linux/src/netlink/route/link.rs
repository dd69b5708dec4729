//! Links as values, and their messages.

use netlink_packet_route::link::{
    InfoData, InfoKind, InfoVeth, InfoVlan, LinkAttribute, LinkExtentMask, LinkFlags, LinkInfo,
    LinkMessage, Prop, VlanProtocol,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};

/// A network interface.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Link {
    /// The kernel's number, from 1.
    pub index: u32,
    /// Name, at most 15 bytes.
    pub name: String,
    /// Link layer, `ARPHRD_…`: 1 Ethernet, 772 loopback.
    pub layer: u16,
    /// `IFF_…` of `netdevice(7)`.
    pub flags: u32,
    /// Hardware address; 6 bytes for Ethernet.
    pub address: Vec<u8>,
    /// The hardware address that the device was made with; empty where it has none.
    pub permanent_address: Vec<u8>,
    /// Hardware address that all receive.
    pub broadcast: Vec<u8>,
    /// Largest packet in bytes.
    pub mtu: u32,
    /// Queueing discipline.
    pub queue_discipline: String,
    /// The link below: a VLAN's carrier, a pair's other end.
    pub lower: Option<u32>,
    /// The bond, bridge or VRF that it is a port of.
    pub master: Option<u32>,
    /// RFC 2863: 0 unknown, 1 not present, 2 down, 3 lower layer down, 4 testing, 5 dormant, 6 up.
    pub operational_state: u8,
    /// Whether there is a carrier.
    pub carrier: bool,
    /// Kind of a virtual link: `vlan`, `bond`, `veth`; empty for hardware.
    pub kind: String,
    /// Kind of its master.
    pub port_kind: String,
    /// Free text set by an administrator.
    pub alias: Option<String>,
    /// More names.
    pub alternative_names: Vec<String>,
    /// Name of its device on the device's bus, for hardware: `0000:00:03.0`, `virtio2`.
    pub parent: Option<String>,
    /// What a VLAN is.
    pub vlan: Option<Vlan>,
}

/// What makes a link a VLAN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vlan {
    /// Number, 1 to 4094.
    pub id: u16,
    /// `0x8100` (802.1Q) or `0x88a8` (802.1ad).
    pub protocol: u16,
}

impl Link {
    /// Whether an administrator has set it up.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.flags & LinkFlags::Up.bits() != 0
    }

    /// Whether it is the loopback.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.flags & LinkFlags::Loopback.bits() != 0
    }
}

/// `ETH_P_8021Q` and `ETH_P_8021AD` of `linux/if_ether.h`.
const VLAN_8021Q: u16 = 0x8100;
const VLAN_8021AD: u16 = 0x88a8;

/// Lists all links; without the statistics, which change all the time and nobody asks for here.
pub(super) fn dump() -> RouteNetlinkMessage {
    let mut message = LinkMessage::default();
    message.attributes.push(LinkAttribute::ExtMask(vec![LinkExtentMask::SkipStats]));
    RouteNetlinkMessage::GetLink(message)
}

pub(super) fn read(message: RouteNetlinkMessage) -> Option<Link> {
    let RouteNetlinkMessage::NewLink(message) = message else { return None };
    let mut link = Link {
        index: message.header.index,
        layer: message.header.link_layer_type.into(),
        flags: message.header.flags.bits(),
        ..Link::default()
    };
    for attribute in message.attributes {
        match attribute {
            LinkAttribute::IfName(name) => link.name = name,
            LinkAttribute::Address(address) => link.address = address,
            LinkAttribute::PermAddress(address) => link.permanent_address = address,
            LinkAttribute::Broadcast(address) => link.broadcast = address,
            LinkAttribute::Mtu(mtu) => link.mtu = mtu,
            LinkAttribute::Qdisc(name) => link.queue_discipline = name,
            LinkAttribute::Link(index) => link.lower = Some(index),
            LinkAttribute::Controller(index) => link.master = Some(index),
            LinkAttribute::OperState(state) => link.operational_state = state.into(),
            LinkAttribute::Carrier(carrier) => link.carrier = carrier != 0,
            LinkAttribute::IfAlias(alias) => link.alias = Some(alias),
            LinkAttribute::ParentDevName(name) => link.parent = Some(name),
            LinkAttribute::PropList(properties) => {
                link.alternative_names = alternative_names(properties)
            }
            LinkAttribute::LinkInfo(infos) => read_info(&mut link, infos),
            _ => {}
        }
    }
    Some(link)
}

fn alternative_names(properties: Vec<Prop>) -> Vec<String> {
    let name = |property| match property {
        Prop::AltIfName(name) => Some(name),
        _ => None,
    };
    properties.into_iter().filter_map(name).collect()
}

fn read_info(link: &mut Link, infos: Vec<LinkInfo>) {
    for info in infos {
        match info {
            LinkInfo::Kind(kind) => link.kind = kind.to_string(),
            LinkInfo::PortKind(kind) => link.port_kind = kind.to_string(),
            LinkInfo::Data(InfoData::Vlan(parts)) => link.vlan = Some(vlan(parts)),
            _ => {}
        }
    }
}

fn vlan(parts: Vec<InfoVlan>) -> Vlan {
    let mut vlan = Vlan { id: 0, protocol: VLAN_8021Q };
    for part in parts {
        match part {
            InfoVlan::Id(id) => vlan.id = id,
            InfoVlan::Protocol(VlanProtocol::Ieee8021Ad) => vlan.protocol = VLAN_8021AD,
            _ => {}
        }
    }
    vlan
}

fn of(index: u32) -> LinkMessage {
    let mut message = LinkMessage::default();
    message.header.index = index;
    message
}

pub(super) fn set_up(index: u32, up: bool) -> RouteNetlinkMessage {
    let mut message = of(index);
    message.header.change_mask = LinkFlags::Up;
    message.header.flags = if up { LinkFlags::Up } else { LinkFlags::empty() };
    RouteNetlinkMessage::NewLink(message)
}

pub(super) fn set_mtu(index: u32, mtu: u32) -> RouteNetlinkMessage {
    let mut message = of(index);
    message.attributes.push(LinkAttribute::Mtu(mtu));
    RouteNetlinkMessage::NewLink(message)
}

pub(super) fn delete(index: u32) -> RouteNetlinkMessage {
    RouteNetlinkMessage::DelLink(of(index))
}

pub(super) fn add_pair(name: &str, peer: &str) -> RouteNetlinkMessage {
    let mut other = LinkMessage::default();
    other.header.interface_family = AddressFamily::Unspec;
    other.attributes.push(LinkAttribute::IfName(peer.to_owned()));
    let data = LinkInfo::Data(InfoData::Veth(InfoVeth::Peer(other)));
    let mut message = LinkMessage::default();
    message.attributes.push(LinkAttribute::IfName(name.to_owned()));
    message.attributes.push(LinkAttribute::LinkInfo(vec![LinkInfo::Kind(InfoKind::Veth), data]));
    RouteNetlinkMessage::NewLink(message)
}
