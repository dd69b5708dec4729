//! Mounts of containers, as the container runtime is told of them.

use serde::Serialize;

use crate::wire::message;

/// A mount. The names in its YAML are all in lower case, unlike those of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Mount {
    /// Where it is in the container.
    pub destination: String,
    /// Type of the file system, `bind` for a folder of the host.
    #[serde(rename = "type")]
    pub kind: String,
    /// The folder of the host, or the device.
    pub source: String,
    /// Options, as `rbind`, `ro`.
    pub options: Vec<String>,
    /// Users of the container and who they are on the host.
    #[serde(rename = "uidmappings")]
    pub uid_mappings: Vec<LinuxIdMapping>,
    /// Groups of the container and what they are on the host.
    #[serde(rename = "gidmappings")]
    pub gid_mappings: Vec<LinuxIdMapping>,
}

message!(Mount as "proto.Mount" {
    1: destination, 2: kind, 3: source, 4: options, 5: uid_mappings, 6: gid_mappings,
});

/// A range of users or groups.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LinuxIdMapping {
    /// The first in the container.
    #[serde(rename = "containerid")]
    pub container_id: u32,
    /// The first on the host.
    #[serde(rename = "hostid")]
    pub host_id: u32,
    /// How many.
    pub size: u32,
}

message!(LinuxIdMapping as "proto.LinuxIDMapping" { 1: container_id, 2: host_id, 3: size });
