//! The addresses that the kubelet names.

use std::net::IpAddr;

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// Addresses of the node in Kubernetes. The id is `kubelet`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NodeIp {
    /// At most one of each family.
    pub addresses: Vec<IpAddr>,
}

message!(NodeIp as "k8s.NodeIPSpec" { 1: addresses });

impl NodeIp {
    /// The id of the only one.
    pub const ID: &str = "kubelet";
}

spec!(NodeIp, "NodeIPs.kubernetes.talos.dev", namespace::K8S, Definition::new());
