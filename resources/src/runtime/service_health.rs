//! What a service says of its own health.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// A service's word on itself, under its name. It goes away with the service's process, so that a
/// dead service is never healthy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ServiceHealth {
    /// Whether it does its work.
    pub healthy: bool,
    /// What keeps it from that.
    pub message: String,
}

message!(ServiceHealth as "" { 1: healthy, 2: message });

spec!(
    ServiceHealth,
    "ServiceHealths.runtime.holdfast.dev",
    namespace::RUNTIME,
    Definition::new().columns(&[("Healthy", "{.healthy}"), ("Message", "{.message}")])
);
