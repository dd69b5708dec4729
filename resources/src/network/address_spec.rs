//! Addresses that links are to have.

use cosi::Definition;
use serde::Serialize;

use super::{AddressFlags, ConfigLayer, Family, Scope};
use crate::{
    namespace,
    spec::{empty, spec},
    value::IpPrefix,
    wire::message,
};

/// An address that a link is to have. The id is `LINK/ADDRESS/LENGTH`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddressSpec {
    /// The address, and how much of it names the network.
    pub address: IpPrefix,
    /// The link.
    pub link_name: String,
    /// The family of the address.
    pub family: Family,
    /// How far the address reaches.
    pub scope: Scope,
    /// What the kernel is told about the address.
    pub flags: AddressFlags,
    /// Whether neighbours are told at once that the address is here.
    #[serde(rename = "announceWithARP", skip_serializing_if = "empty")]
    pub announce_with_arp: bool,
    /// Metric of the route to the network of the address; 0 is the kernel's choice.
    #[serde(skip_serializing_if = "empty")]
    pub priority: u32,
    /// Who wants the address.
    pub layer: ConfigLayer,
}

message!(AddressSpec as "network.AddressSpecSpec" {
    1: address, 2: link_name, 3: family, 4: scope, 5: flags, 6: announce_with_arp, 7: layer,
    8: priority,
});

impl AddressSpec {
    /// The id of the address, as `eth0/10.5.0.2/24`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}/{}", self.link_name, self.address)
    }
}

spec!(AddressSpec, "AddressSpecs.net.talos.dev", namespace::NETWORK, Definition::new());
