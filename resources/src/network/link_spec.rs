//! Links that are to exist.

use cosi::Definition;
use serde::Serialize;

use super::{
    BondMaster, BondSlave, BridgeMaster, BridgeSlave, ConfigLayer, LinkType, Vlan, VrfMaster,
    VrfSlave, Wireguard,
};
use crate::{
    namespace,
    spec::{empty, spec},
    value::HardwareAddr,
    wire::message,
};

/// A link as it is to be. The id is the link's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkSpec {
    /// The link.
    pub name: String,
    /// Whether the link is made by the node, as a bond or a VLAN is.
    pub logical: bool,
    /// Whether the link is to be up.
    pub up: bool,
    /// Largest packet in bytes; 0 leaves it alone.
    pub mtu: u32,
    /// Kind of a logical link in the kernel's words: `bond`, `bridge`, `vlan`, `vrf`, `wireguard`, `dummy`.
    pub kind: String,
    /// Medium of the link.
    #[serde(rename = "type")]
    pub medium: LinkType,
    /// Hardware address that the link is to have; empty leaves it alone.
    #[serde(skip_serializing_if = "empty")]
    pub hardware_addr: HardwareAddr,
    /// The link that a VLAN is on.
    #[serde(skip_serializing_if = "empty")]
    pub parent_name: String,
    /// The bond that the link belongs to.
    #[serde(flatten, skip_serializing_if = "empty")]
    pub bond_slave: Option<BondSlave>,
    /// The bridge that the link belongs to.
    #[serde(skip_serializing_if = "empty")]
    pub bridge_slave: Option<BridgeSlave>,
    /// The VRF that the link belongs to.
    #[serde(skip_serializing_if = "empty")]
    pub vrf_slave: Option<VrfSlave>,
    /// What makes the link a VLAN.
    #[serde(skip_serializing_if = "empty")]
    pub vlan: Option<Vlan>,
    /// What makes the link a bond.
    #[serde(skip_serializing_if = "empty")]
    pub bond_master: Option<BondMaster>,
    /// What makes the link a bridge.
    #[serde(skip_serializing_if = "empty")]
    pub bridge_master: Option<BridgeMaster>,
    /// What makes the link a VRF.
    #[serde(skip_serializing_if = "empty")]
    pub vrf_master: Option<VrfMaster>,
    /// What makes the link a WireGuard tunnel.
    #[serde(skip_serializing_if = "empty")]
    pub wireguard: Option<Wireguard>,
    /// Who wants the link so.
    pub layer: ConfigLayer,
    /// Whether the link is to take multicast; absent leaves it alone.
    #[serde(skip_serializing_if = "empty")]
    pub multicast: Option<bool>,
}

message!(LinkSpec as "network.LinkSpecSpec" {
    1: name, 2: logical, 3: up, 4: mtu, 5: kind, 6: medium, 7: parent_name, 8: bond_slave,
    9: bridge_slave, 10: vlan, 11: bond_master, 12: bridge_master, 13: wireguard, 14: layer,
    15: hardware_addr, 16: multicast, 17: vrf_master, 18: vrf_slave,
});

spec!(LinkSpec, "LinkSpecs.net.talos.dev", namespace::NETWORK, Definition::new().sensitive());
