//! Services of the system.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The state of a service. The id is the service's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Service {
    /// Whether it runs.
    pub running: bool,
    /// Whether its check passes.
    pub healthy: bool,
    /// Whether it has no check, or has not been checked.
    pub unknown: bool,
}

message!(Service as "v1alpha1.ServiceSpec" { 1: running, 2: healthy, 3: unknown });

spec!(
    Service,
    "Services.v1alpha1.talos.dev",
    namespace::RUNTIME,
    Definition::new().aliases(&["svc"]).columns(&[
        ("Running", "{.running}"),
        ("Healthy", "{.healthy}"),
        ("Health Unknown", "{.unknown}")
    ])
);
