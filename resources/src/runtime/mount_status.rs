//! Volumes that are mounted.

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::{empty, spec},
    wire::message,
};

/// A mounted volume. The id is the volume's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MountStatus {
    /// The device.
    pub source: String,
    /// The directory.
    pub target: String,
    /// The file system, as `xfs`.
    pub filesystem_type: String,
    /// Mount options.
    pub options: Vec<String>,
    /// Whether the volume is encrypted.
    pub encrypted: bool,
    /// What holds its keys.
    #[serde(skip_serializing_if = "empty")]
    pub encryption_providers: Vec<String>,
}

message!(MountStatus as "runtime.MountStatusSpec" {
    1: source, 2: target, 3: filesystem_type, 4: options, 5: encrypted, 6: encryption_providers,
});

spec!(
    MountStatus,
    "MountStatuses.runtime.talos.dev",
    namespace::RUNTIME,
    Definition::new().aliases(&["mounts"]).columns(&[
        ("Source", "{.source}"),
        ("Target", "{.target}"),
        ("Filesystem Type", "{.filesystemType}")
    ])
);
