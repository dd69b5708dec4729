//! The wish for a configuration.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// While it exists, a configuration is looked for. The id is `machine-config`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AcquireConfigSpec {}

message!(AcquireConfigSpec as "" {});

impl AcquireConfigSpec {
    /// The id of the only one.
    pub const ID: &str = "machine-config";
}

spec!(
    AcquireConfigSpec,
    "AcquireConfigSpecs.v1alpha1.talos.dev",
    namespace::RUNTIME,
    Definition::new()
);
