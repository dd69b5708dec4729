//! BridgeConfig: a bridge, which passes packets between the links in it.

use types::LinkName;

use super::link::LinkFields;
use crate::field::section;
use crate::table::Merge;
use crate::value::HardwareAddress;

section! {
    /// Makes a bridge.
    pub struct BridgeConfig as "network.BridgeConfigV1Alpha1" {
        /// Name of the link that is made.
        "name" => name: Option<LinkName> { required: true, example: "br0" },
        /// Its hardware address.
        "hardwareAddr" => hardware_addr: Option<HardwareAddress> { merge: Merge::Replace },
        /// Names or aliases of the links in it.
        "links" => links: Vec<String> { required: true, example: "[enp0s2, enp0s3]" },
        /// How loops between bridges are avoided.
        "stp" => stp: Option<BridgeStp>,
        /// How the bridge treats VLANs.
        "vlan" => vlan: Option<BridgeVlan>,
        /// What every kind of link has.
        "" => common: LinkFields { idle: true },
    }
}

section! {
    /// The spanning tree protocol.
    pub struct BridgeStp as "network.BridgeSTPConfig" {
        /// Whether it is spoken.
        "enabled" => enabled: Option<bool>,
    }
}

section! {
    /// VLANs of a bridge.
    pub struct BridgeVlan as "network.BridgeVLANConfig" {
        /// Whether packets of different VLANs are kept apart.
        "filtering" => filtering: Option<bool>,
    }
}
