//! Whether KubePrism leads anywhere.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The state of KubePrism. The id is `k8s-loadbalancer`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KubePrismStatus {
    /// Where it listens.
    pub host: String,
    /// Whether an API server answers behind it.
    pub healthy: bool,
}

message!(KubePrismStatus as "k8s.KubePrismStatusesSpec" { 1: host, 2: healthy });

impl KubePrismStatus {
    /// The id of the only one.
    pub const ID: &str = "k8s-loadbalancer";
}

spec!(
    KubePrismStatus,
    "KubePrismStatuses.kubernetes.talos.dev",
    namespace::K8S,
    Definition::new().columns(&[("HOST", "{.host}"), ("HEALTHY", "{.healthy}")])
);
