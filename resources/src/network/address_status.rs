//! Addresses that links have.

use std::net::IpAddr;

use cosi::Definition;
use serde::Serialize;

use super::{AddressFlags, Family, Scope};
use crate::{
    namespace,
    spec::{empty, spec},
    value::IpPrefix,
    wire::message,
};

/// An address that a link has. The id is `LINK/ADDRESS/LENGTH`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddressStatus {
    /// The address, and how much of it names the network.
    pub address: IpPrefix,
    /// The own end, on a link from point to point also different from `address`.
    #[serde(skip_serializing_if = "empty")]
    pub local: Option<IpAddr>,
    /// The broadcast address of the network.
    #[serde(skip_serializing_if = "empty")]
    pub broadcast: Option<IpAddr>,
    /// The anycast address.
    #[serde(skip_serializing_if = "empty")]
    pub anycast: Option<IpAddr>,
    /// The multicast address.
    #[serde(skip_serializing_if = "empty")]
    pub multicast: Option<IpAddr>,
    /// The kernel's number of the link.
    pub link_index: u32,
    /// The link.
    pub link_name: String,
    /// The family of the address.
    pub family: Family,
    /// How far the address reaches.
    pub scope: Scope,
    /// What the kernel knows about the address.
    pub flags: AddressFlags,
    /// Metric of the route to the network of the address.
    pub priority: u32,
}

message!(AddressStatus as "network.AddressStatusSpec" {
    1: address, 2: local, 3: broadcast, 4: anycast, 5: multicast, 6: link_index, 7: link_name,
    8: family, 9: scope, 10: flags, 11: priority,
});

impl AddressStatus {
    /// The id of the address, as `eth0/10.5.0.2/24`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}/{}", self.link_name, self.address)
    }
}

spec!(
    AddressStatus,
    "AddressStatuses.net.talos.dev",
    namespace::NETWORK,
    Definition::new()
        .aliases(&["address", "addresses"])
        .columns(&[("Address", "{.address}"), ("Link", "{.linkName}")])
);
