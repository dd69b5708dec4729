//! The wish for the API in maintenance mode.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// While it exists, the API is served in maintenance mode. The id is `maintenance`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MaintenanceServiceRequest {}

message!(MaintenanceServiceRequest as "" {});

impl MaintenanceServiceRequest {
    /// The id of the only one.
    pub const ID: &str = "maintenance";
}

spec!(
    MaintenanceServiceRequest,
    "MaintenanceServiceRequests.runtime.talos.dev",
    namespace::RUNTIME,
    Definition::new()
);
