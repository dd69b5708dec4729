//! The version that runs.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The running version. The id is `version`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Version {
    /// Name of the system.
    pub name: String,
    /// Version tag.
    pub version: String,
}

message!(Version as "runtime.VersionSpec" { 1: version, 2: name });

impl Version {
    /// The id of the only one.
    pub const ID: &str = "version";
}

spec!(
    Version,
    "Versions.runtime.talos.dev",
    namespace::RUNTIME,
    Definition::new().columns(&[("Name", "{.name}"), ("Version", "{.version}")])
);
