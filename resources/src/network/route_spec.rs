//! Routes that are to exist.

use std::net::IpAddr;

use cosi::Definition;
use serde::Serialize;

use super::{
    ConfigLayer, Family, RouteFlags, RouteId, RouteProtocol, RouteType, RoutingTable, Scope,
};
use crate::{
    namespace,
    spec::{empty, or_empty, spec},
    value::IpPrefix,
    wire::message,
};

/// A route as it is to be. The id is `[TABLE/][LINK/]FAMILY/GATEWAY/DESTINATION/METRIC`: the link for IPv6 only, the
/// table when it is not `main`, and what is absent empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RouteSpec {
    /// The family of the addresses.
    pub family: Family,
    /// Where the route leads; absent for everywhere.
    #[serde(serialize_with = "or_empty")]
    pub dst: Option<IpPrefix>,
    /// The own address that is preferred; absent leaves it to the kernel.
    #[serde(serialize_with = "or_empty")]
    pub src: Option<IpAddr>,
    /// The next hop; absent when the destination is on the link.
    #[serde(serialize_with = "or_empty")]
    pub gateway: Option<IpAddr>,
    /// The link.
    #[serde(skip_serializing_if = "empty")]
    pub out_link_name: String,
    /// The routing table.
    pub table: RoutingTable,
    /// Metric: the lower wins.
    #[serde(skip_serializing_if = "empty")]
    pub priority: u32,
    /// How far the destination is.
    pub scope: Scope,
    /// What happens to packets.
    #[serde(rename = "type")]
    pub kind: RouteType,
    /// Flags of the kernel.
    pub flags: RouteFlags,
    /// Who made the route.
    pub protocol: RouteProtocol,
    /// Who wants the route.
    pub layer: ConfigLayer,
    /// Largest packet in bytes; 0 for that of the link.
    #[serde(skip_serializing_if = "empty")]
    pub mtu: u32,
}

message!(RouteSpec as "network.RouteSpecSpec" {
    1: family, 2: dst, 3: src, 4: gateway, 5: out_link_name, 6: table, 7: priority, 8: scope,
    9: kind, 10: flags, 11: protocol, 12: layer, 13: mtu,
});

impl RouteSpec {
    /// The id of the route, as `inet4/10.5.0.1//1024` for the default route.
    #[must_use]
    pub fn id(&self) -> String {
        RouteId {
            table: self.table,
            link: &self.out_link_name,
            family: self.family,
            gateway: self.gateway,
            destination: self.dst,
            metric: self.priority,
        }
        .to_string()
    }
}

spec!(RouteSpec, "RouteSpecs.net.talos.dev", namespace::NETWORK, Definition::new());
