//! Whether the files of a service are written.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The files of a service that an extension adds. The id is the service's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtensionServiceConfigStatus {
    /// Version of what is written.
    pub spec_version: String,
}

message!(ExtensionServiceConfigStatus as "runtime.ExtensionServiceConfigStatusSpec" {
    1: spec_version,
});

spec!(
    ExtensionServiceConfigStatus,
    "ExtensionServiceConfigStatuses.runtime.talos.dev",
    namespace::RUNTIME,
    Definition::new()
);
