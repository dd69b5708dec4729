//! Routes that there are.

use std::net::IpAddr;

use cosi::Definition;
use serde::Serialize;

use super::{Family, RouteFlags, RouteId, RouteProtocol, RouteType, RoutingTable, Scope};
use crate::{
    namespace,
    spec::{empty, or_empty, spec},
    value::IpPrefix,
    wire::message,
};

/// A route as it is. Its id is made as that of a [`RouteSpec`](super::RouteSpec).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RouteStatus {
    /// The family of the addresses.
    pub family: Family,
    /// Where the route leads; absent for everywhere.
    #[serde(serialize_with = "or_empty")]
    pub dst: Option<IpPrefix>,
    /// The own address that is preferred.
    #[serde(serialize_with = "or_empty")]
    pub src: Option<IpAddr>,
    /// The next hop; absent when the destination is on the link.
    #[serde(serialize_with = "or_empty")]
    pub gateway: Option<IpAddr>,
    /// The kernel's number of the link.
    #[serde(skip_serializing_if = "empty")]
    pub out_link_index: u32,
    /// The link.
    #[serde(skip_serializing_if = "empty")]
    pub out_link_name: String,
    /// The routing table.
    pub table: RoutingTable,
    /// Metric: the lower wins.
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
    /// Largest packet in bytes; 0 for that of the link.
    #[serde(skip_serializing_if = "empty")]
    pub mtu: u32,
}

message!(RouteStatus as "network.RouteStatusSpec" {
    1: family, 2: dst, 3: src, 4: gateway, 5: out_link_index, 6: out_link_name, 7: table,
    8: priority, 9: scope, 10: kind, 11: flags, 12: protocol, 13: mtu,
});

impl RouteStatus {
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

spec!(
    RouteStatus,
    "RouteStatuses.net.talos.dev",
    namespace::NETWORK,
    Definition::new().aliases(&["route", "routes"]).columns(&[
        ("Destination", "{.dst}"),
        ("Gateway", "{.gateway}"),
        ("Link", "{.outLinkName}"),
        ("Metric", "{.priority}")
    ])
);
