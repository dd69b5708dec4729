//! Folders of the host that a component of the control plane gets.

use serde::Serialize;

use crate::wire::message;

/// A folder of the host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtraVolume {
    /// Name of the volume in the pod.
    pub name: String,
    /// The folder.
    pub host_path: String,
    /// Where the component finds it.
    pub mount_path: String,
    /// Whether it may only be read.
    #[serde(rename = "readonly")]
    pub read_only: bool,
}

message!(ExtraVolume as "k8s.ExtraVolume" { 1: name, 2: host_path, 3: mount_path, 4: read_only });
