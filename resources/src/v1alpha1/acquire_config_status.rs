//! The end of the search for a configuration.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// Exists once a configuration was found. The id is `machine-config`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AcquireConfigStatus {}

message!(AcquireConfigStatus as "" {});

impl AcquireConfigStatus {
    /// The id of the only one.
    pub const ID: &str = "machine-config";
}

spec!(
    AcquireConfigStatus,
    "AcquireConfigStatuses.v1alpha1.talos.dev",
    namespace::RUNTIME,
    Definition::new()
);
