//! Where control planes are.

use std::net::IpAddr;

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// Addresses of control planes, by the source that named them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// The addresses.
    pub addresses: Vec<IpAddr>,
    /// Names that are not resolved.
    pub hosts: Vec<String>,
}

message!(Endpoint as "k8s.EndpointSpec" { 1: addresses, 2: hosts });

impl Endpoint {
    /// The id of what the endpoint of the cluster leads to.
    pub const CONTROL_PLANE: &str = "controlplane";
    /// The id of what Kubernetes says.
    pub const API_SERVER: &str = "kube-apiserver";
    /// The id of what the members say.
    pub const DISCOVERY: &str = "discovery";
}

spec!(
    Endpoint,
    "Endpoints.kubernetes.talos.dev",
    namespace::CONTROL_PLANE,
    Definition::new().columns(&[("Addresses", "{.addresses}"), ("Hosts", "{.hosts}")])
);
