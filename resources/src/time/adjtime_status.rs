//! How the kernel corrects its clock (adjtimex(2)).

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::{float, spec},
    value::Duration,
    wire::message,
};

/// The kernel's correction of the clock. The id is `node`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdjtimeStatus {
    /// What is still to be corrected.
    pub offset: Duration,
    /// How much faster than by itself the clock runs; 1 is no change.
    #[serde(serialize_with = "float")]
    pub frequency_adjustment_ratio: f64,
    /// Largest error.
    pub max_error: Duration,
    /// Likely error.
    pub est_error: Duration,
    /// Flags, joined by ` | `.
    pub status: String,
    /// Time constant of the loop.
    pub constant: i64,
    /// Whether the kernel takes the clock as right.
    pub sync_status: bool,
    /// State of the clock, about leap seconds.
    pub state: String,
}

message!(AdjtimeStatus as "time.AdjtimeStatusSpec" {
    1: offset, 2: frequency_adjustment_ratio, 3: max_error, 4: est_error, 5: status, 6: constant,
    7: sync_status, 8: state,
});

impl AdjtimeStatus {
    /// The id of the only one.
    pub const ID: &str = "node";
}

spec!(
    AdjtimeStatus,
    "AdjtimeStatuses.v1alpha1.talos.dev",
    namespace::RUNTIME,
    Definition::new().columns(&[
        ("Offset", "{.offset}"),
        ("EstError", "{.estError}"),
        ("MaxError", "{.maxError}"),
        ("Status", "{.status}"),
        ("Sync", "{.syncStatus}")
    ])
);
