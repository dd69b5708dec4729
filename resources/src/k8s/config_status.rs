//! Whether the configuration of the control plane is written.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The files of the control plane. The id is `static-pods`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ConfigStatus {
    /// Whether all are written.
    pub ready: bool,
    /// Version of what they are made from.
    pub version: String,
}

message!(ConfigStatus as "k8s.ConfigStatusSpec" { 1: ready, 2: version });

impl ConfigStatus {
    /// The id of the only one.
    pub const ID: &str = "static-pods";
}

spec!(
    ConfigStatus,
    "ConfigStatuses.kubernetes.talos.dev",
    namespace::CONTROL_PLANE,
    Definition::new().columns(&[("Ready", "{.ready}"), ("Secrets Version", "{.version}")])
);
