//! VRFs: links with routing tables of their own.

use serde::Serialize;

use super::RoutingTable;
use crate::{spec::empty, wire::message};

/// A VRF's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VrfMaster {
    /// The routing table.
    pub table: RoutingTable,
}

message!(VrfMaster as "network.VRFMasterSpec" { 1: table });

/// The VRF that a link belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VrfSlave {
    /// The VRF.
    #[serde(skip_serializing_if = "empty")]
    pub master_name: String,
}

message!(VrfSlave as "network.VRFSlave" { 1: master_name });
