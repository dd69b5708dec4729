//! Whether the secrets of the control plane are written.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The secret files of the control plane. The id is `static-pods`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SecretStatus {
    /// Whether all are written.
    pub ready: bool,
    /// Version of what they are made from.
    pub version: String,
}

message!(SecretStatus as "k8s.SecretsStatusSpec" { 1: ready, 2: version });

impl SecretStatus {
    /// The id of the only one.
    pub const ID: &str = "static-pods";
}

spec!(
    SecretStatus,
    "SecretStatuses.kubernetes.talos.dev",
    namespace::CONTROL_PLANE,
    Definition::new().columns(&[("Ready", "{.ready}"), ("Secrets Version", "{.version}")])
);
