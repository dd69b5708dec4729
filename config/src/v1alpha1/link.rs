//! LinkConfig: a link that exists, its addresses and routes; and what all kinds of links share.

use std::net::IpAddr;

use types::LinkName;

use crate::field::section;
use crate::value::Prefix;

section! {
    /// Configures a link that the kernel already has: a network card, or one that another document makes.
    pub struct LinkConfig as "network.LinkConfigV1Alpha1" {
        /// Name or alias of the link.
        "name" => name: Option<LinkName> { required: true, example: "enp0s2", applied: &["network.LinkConfig"] },
        /// What every kind of link has.
        "" => common: LinkFields,
    }
}

section! {
    /// What every kind of link has.
    pub struct LinkFields as "network.CommonLinkConfig" {
        /// Whether the link is brought up.
        "up" => up: Option<bool> { default: "true", applied: &["network.LinkConfig"] },
        /// Largest packet in bytes. Without it the link keeps what it has.
        "mtu" => mtu: Option<u32> { example: "9000", applied: &["network.LinkConfig"] },
        /// Addresses of the link.
        "addresses" => addresses: Vec<LinkAddress>,
        /// Routes through the link.
        "routes" => routes: Vec<LinkRoute>,
        /// Whether the link takes packets for groups.
        "multicast" => multicast: Option<bool>,
    }
}

section! {
    /// An address of a link.
    pub struct LinkAddress as "network.AddressConfig" {
        /// The address with the length of its network's prefix.
        "address" => address: Option<Prefix> { required: true, example: "192.168.1.100/24", applied: &["network.AddressConfig"] },
        /// Priority of the route that comes with the address. Without it the kernel decides.
        "routePriority" => route_priority: Option<u32> { example: "1024", applied: &["network.AddressConfig"] },
    }
}

section! {
    /// A route through a link.
    pub struct LinkRoute as "network.RouteConfig" {
        /// Where it leads; left out for everywhere.
        "destination" => destination: Option<Prefix> { example: "10.0.0.0/8", applied: &["network.RouteConfig"] },
        /// Who takes the packets on. Without it the destination is on the link itself.
        "gateway" => gateway: Option<IpAddr> { example: "10.0.0.1", applied: &["network.RouteConfig"] },
        /// Address from which the machine sends there.
        "source" => source: Option<IpAddr> { applied: &["network.RouteConfig"] },
        /// Priority: of several routes the one with the lowest is taken.
        "metric" => metric: Option<u32> { default: "1024", applied: &["network.RouteConfig"] },
        /// Largest packet in bytes that goes this way.
        "mtu" => mtu: Option<u32> { applied: &["network.RouteConfig"] },
        /// Routing table: `main`, `local`, `default`, `unspec` or a number.
        "table" => table: Option<String> { default: "main", example: "\"100\"", applied: &["network.RouteConfig"] },
    }
}
