//! The boot entry that was started.

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::{empty, spec},
    wire::message,
};

/// The boot entry. The id is `bootedentry`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BootedEntry {
    /// Its file name.
    #[serde(skip_serializing_if = "empty")]
    pub booted_entry: String,
}

message!(BootedEntry as "runtime.BootedEntrySpec" { 1: booted_entry });

impl BootedEntry {
    /// The id of the only one.
    pub const ID: &str = "bootedentry";
}

spec!(
    BootedEntry,
    "BootedEntries.talos.dev",
    namespace::RUNTIME,
    Definition::new().columns(&[("Booted Entry", "{.bootedEntry}")])
);
