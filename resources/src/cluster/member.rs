//! Members of the cluster.

use std::net::IpAddr;

use cosi::Definition;
use serde::Serialize;

use super::ControlPlane;
use crate::{
    config::MachineType,
    namespace,
    spec::{empty, spec},
    wire::message,
};

/// A member of the cluster. The id is the node's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Its number.
    pub node_id: String,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// Its name.
    pub hostname: String,
    /// What it is for.
    pub machine_type: MachineType,
    /// Name and version of its system.
    pub operating_system: String,
    /// Its part in the control plane.
    #[serde(skip_serializing_if = "empty")]
    pub control_plane: Option<ControlPlane>,
}

message!(Member as "cluster.MemberSpec" {
    1: node_id, 2: addresses, 3: hostname, 4: machine_type, 5: operating_system, 6: control_plane,
});

spec!(
    Member,
    "Members.cluster.talos.dev",
    namespace::CLUSTER,
    Definition::new().columns(&[
        ("Hostname", "{.hostname}"),
        ("Machine Type", "{.machineType}"),
        ("OS", "{.operatingSystem}"),
        ("Addresses", "{.addresses}")
    ])
);
