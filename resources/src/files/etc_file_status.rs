//! Files that are below `/etc`.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// A file that was written. The id is the path below `/etc`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EtcFileStatus {
    /// Version of the spec that was written.
    pub spec_version: String,
}

message!(EtcFileStatus as "files.EtcFileStatusSpec" { 1: spec_version });

spec!(EtcFileStatus, "EtcFileStatuses.files.talos.dev", namespace::FILES, Definition::new());
