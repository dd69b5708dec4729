//! Whether the time is right.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The state of the clock. The id is `node`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TimeStatus {
    /// Whether the time can be believed.
    pub synced: bool,
    /// How often the clock jumped.
    pub epoch: i64,
    /// Whether nobody is asked for the time.
    pub sync_disabled: bool,
}

message!(TimeStatus as "time.StatusSpec" { 1: synced, 2: epoch, 3: sync_disabled });

impl TimeStatus {
    /// The id of the only one.
    pub const ID: &str = "node";
}

spec!(
    TimeStatus,
    "TimeStatuses.v1alpha1.talos.dev",
    namespace::RUNTIME,
    Definition::new().columns(&[("Synced", "{.synced}")])
);
