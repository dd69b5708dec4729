//! Whether the devices are known.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// Whether the first search for devices is over. The id is `devices`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DevicesStatus {
    /// Whether it is.
    pub ready: bool,
}

message!(DevicesStatus as "runtime.DevicesStatusSpec" { 1: ready });

impl DevicesStatus {
    /// The id of the only one.
    pub const ID: &str = "devices";
}

spec!(
    DevicesStatus,
    "DevicesStatuses.runtime.talos.dev",
    namespace::RUNTIME,
    Definition::new().columns(&[("Ready", "{.ready}")])
);
