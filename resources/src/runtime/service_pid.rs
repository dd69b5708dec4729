//! Processes of services.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The process of a service. The id is the service's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePid {
    /// Process id.
    pub pid: i32,
    /// The mount namespace that it runs in.
    pub mount_namespace: String,
}

message!(ServicePid as "runtime.ServicePIDSpec" { 1: pid, 2: mount_namespace });

spec!(
    ServicePid,
    "ServicePIDs.runtime.talos.dev",
    namespace::RUNTIME,
    Definition::new().columns(&[("PID", "{.pid}")])
);
