//! The local way to every API server.

use cosi::Definition;
use serde::Serialize;

use super::KubePrismEndpoint;
use crate::{namespace, spec::spec, wire::message};

/// How KubePrism is to run. The id is `k8s-loadbalancer-config`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KubePrismConfig {
    /// Address that it listens on.
    pub host: String,
    /// Port that it listens on.
    pub port: i64,
    /// Where it leads.
    pub endpoints: Vec<KubePrismEndpoint>,
}

message!(KubePrismConfig as "k8s.KubePrismConfigSpec" { 1: host, 2: port, 3: endpoints });

impl KubePrismConfig {
    /// The id of the only one.
    pub const ID: &str = "k8s-loadbalancer-config";
}

spec!(
    KubePrismConfig,
    "KubePrismConfigs.kubernetes.talos.dev",
    namespace::K8S,
    Definition::new().columns(&[
        ("Host", "{.host}"),
        ("Port", "{.port}"),
        ("Endpoints", "{.endpoints}")
    ])
);
