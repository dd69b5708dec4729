//! Bridges: links that forward between each other.

use serde::Serialize;

use crate::{spec::empty, wire::message};

/// A bridge's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BridgeMaster {
    /// Spanning tree.
    #[serde(skip_serializing_if = "empty")]
    pub stp: Option<Stp>,
    /// VLANs inside the bridge.
    #[serde(skip_serializing_if = "empty")]
    pub vlan: Option<BridgeVlan>,
}

message!(BridgeMaster as "network.BridgeMasterSpec" { 1: stp, 2: vlan });

/// Spanning tree settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stp {
    /// Whether the bridge takes part in the spanning tree protocol.
    pub enabled: bool,
}

message!(Stp as "network.STPSpec" { 1: enabled });

/// VLAN settings of a bridge.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BridgeVlan {
    /// Whether the bridge separates VLANs.
    pub filtering_enabled: bool,
}

message!(BridgeVlan as "network.BridgeVLANSpec" { 1: filtering_enabled });

/// The bridge that a link belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BridgeSlave {
    /// The bridge.
    #[serde(skip_serializing_if = "empty")]
    pub master_name: String,
}

message!(BridgeSlave as "network.BridgeSlave" { 1: master_name });
