//! What was applied to the cluster.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The manifests that are in the cluster. The id is `manifests`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestStatus {
    /// Their ids.
    pub manifests_applied: Vec<String>,
}

message!(ManifestStatus as "k8s.ManifestStatusSpec" { 1: manifests_applied });

impl ManifestStatus {
    /// The id of the only one.
    pub const ID: &str = "manifests";
}

spec!(
    ManifestStatus,
    "ManifestStatuses.kubernetes.talos.dev",
    namespace::CONTROL_PLANE,
    Definition::new()
);
