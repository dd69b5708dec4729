//! LinkConfig: a link that exists, its addresses and routes.

use std::net::IpAddr;

use types::LinkName;

use crate::field::section;
use crate::value::Prefix;

section! {
    /// A link that exists.
    pub struct LinkConfig {
        /// Its name or alias.
        "name" => name: Option<LinkName>,
        /// Whether it is up; yes when absent.
        "up" => up: Option<bool>,
        /// Largest packet in bytes.
        "mtu" => mtu: Option<u32>,
        /// Addresses.
        "addresses" => addresses: Vec<LinkAddress>,
        /// Routes through it.
        "routes" => routes: Vec<LinkRoute>,
        /// Whether it takes multicast.
        "multicast" => multicast: Option<bool>,
    }
}

section! {
    /// An address of a link.
    pub struct LinkAddress {
        /// The address with its prefix.
        "address" => address: Option<Prefix>,
        /// Priority of the route that comes with it.
        "routePriority" => route_priority: Option<u32>,
    }
}

section! {
    /// A route through a link.
    pub struct LinkRoute {
        /// Destination; everything when absent.
        "destination" => destination: Option<Prefix>,
        /// Next hop.
        "gateway" => gateway: Option<IpAddr>,
        /// Preferred source address.
        "source" => source: Option<IpAddr>,
        /// Priority: the lowest wins; 1024 when absent.
        "metric" => metric: Option<u32>,
        /// Largest packet in bytes.
        "mtu" => mtu: Option<u32>,
        /// Table: a name (`main`, `local`, `default`, `unspec`) or a number.
        "table" => table: Option<String>,
    }
}
