//! Where API servers are.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// API servers of the cluster. The id is `k8s-cluster`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KubePrismEndpoints {
    /// The API servers.
    pub endpoints: Vec<KubePrismEndpoint>,
}

message!(KubePrismEndpoints as "k8s.KubePrismEndpointsSpec" { 1: endpoints });

impl KubePrismEndpoints {
    /// The id of the only one.
    pub const ID: &str = "k8s-cluster";
}

spec!(
    KubePrismEndpoints,
    "KubePrismEndpoints.kubernetes.talos.dev",
    namespace::K8S,
    Definition::new()
        .columns(&[("Hosts", "{.endpoints[*].host}"), ("Ports", "{.endpoints[*].port}")])
);

/// An API server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KubePrismEndpoint {
    /// Its address or name.
    pub host: String,
    /// Its port.
    pub port: u32,
}

message!(KubePrismEndpoint as "k8s.KubePrismEndpoint" { 1: host, 2: port });
