//! Where the kubelet gets static pods.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The server of static pods. The id is `static-pod-server-status`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StaticPodServerStatus {
    /// Where it answers.
    pub url: String,
}

message!(StaticPodServerStatus as "k8s.StaticPodServerStatusSpec" { 1: url });

impl StaticPodServerStatus {
    /// The id of the only one.
    pub const ID: &str = "static-pod-server-status";
}

spec!(
    StaticPodServerStatus,
    "StaticPodServerStatuses.kubernetes.talos.dev",
    namespace::K8S,
    Definition::new()
);
