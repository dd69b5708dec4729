//! Whether the certificates of etcd are written.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The secret files of etcd. The id is `etcd`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PkiStatus {
    /// Whether all are written.
    pub ready: bool,
    /// Version of what they are made from.
    pub version: String,
}

message!(PkiStatus as "etcd.PKIStatusSpec" { 1: ready, 2: version });

impl PkiStatus {
    /// The id of the only one.
    pub const ID: &str = "etcd";
}

spec!(
    PkiStatus,
    "PKIStatuses.etcd.talos.dev",
    namespace::ETCD,
    Definition::new().columns(&[("Ready", "{.ready}"), ("Secrets Version", "{.version}")])
);
