//! Nodes that want to be members.

use std::{net::IpAddr, net::SocketAddr};

use cosi::Definition;
use serde::Serialize;

use crate::{
    config::MachineType,
    namespace,
    spec::{empty, or_empty, spec},
    value::IpPrefix,
    wire::message,
};

/// A node, by what it says about itself. The id is its number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Affiliate {
    /// Its number.
    pub node_id: String,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// Its name.
    pub hostname: String,
    /// Its name in Kubernetes; empty when it is not there yet.
    #[serde(skip_serializing_if = "empty")]
    pub nodename: String,
    /// Name and version of its system.
    pub operating_system: String,
    /// What it is for.
    pub machine_type: MachineType,
    /// How it is reached over KubeSpan.
    #[serde(skip_serializing_if = "empty")]
    pub kubespan: Option<KubeSpanAffiliate>,
    /// Its part in the control plane.
    #[serde(skip_serializing_if = "empty")]
    pub control_plane: Option<ControlPlane>,
}

message!(Affiliate as "cluster.AffiliateSpec" {
    1: node_id, 2: addresses, 3: hostname, 4: nodename, 5: operating_system, 6: machine_type,
    7: kubespan, 8: control_plane,
});

spec!(
    Affiliate,
    "Affiliates.cluster.talos.dev",
    namespace::CLUSTER,
    Definition::new().columns(&[
        ("Hostname", "{.hostname}"),
        ("Machine Type", "{.machineType}"),
        ("Addresses", "{.addresses}")
    ])
);

/// How a node is reached over KubeSpan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KubeSpanAffiliate {
    /// Its WireGuard key, base64.
    pub public_key: String,
    /// Its address inside.
    #[serde(serialize_with = "or_empty")]
    pub address: Option<IpAddr>,
    /// Networks behind it.
    pub additional_addresses: Vec<IpPrefix>,
    /// Where it can be reached.
    pub endpoints: Vec<SocketAddr>,
    /// Networks behind it that it does not offer.
    pub exclude_advertised_networks: Vec<IpPrefix>,
}

message!(KubeSpanAffiliate as "cluster.KubeSpanAffiliateSpec" {
    1: public_key, 2: address, 3: additional_addresses, 4: endpoints,
    5: exclude_advertised_networks,
});

/// A node's part in the control plane.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ControlPlane {
    /// Port of its Kubernetes API server.
    pub port: i64,
}

message!(ControlPlane as "cluster.ControlPlane" { 1: port });
