//! ExistingVolumeConfig: a file system that is there already and is mounted as it is.

use crate::field::section;

section! {
    /// Mounts a volume that somebody else made.
    pub struct ExistingVolumeConfig as "block.ExistingVolumeConfigV1Alpha1" {
        /// Name of the volume, by which it is mounted under `/var/mnt`.
        "name" => name: Option<String> { example: "photos" },
        /// How it is found.
        "discovery" => discovery: Option<VolumeDiscovery>,
        /// How it is mounted.
        "mount" => mount: Option<ExistingMount>,
    }
}

section! {
    /// How a volume is found.
    pub struct VolumeDiscovery as "block.VolumeDiscoverySpec" {
        /// What it is.
        "volumeSelector" => volume_selector: Option<VolumeSelector>,
    }
}

section! {
    /// What a volume must be.
    pub struct VolumeSelector as "block.VolumeSelector" {
        /// A CEL expression over `volume` and `disk` that holds for it.
        "match" => matches: Option<String> { example: "volume.partition_label == \"photos\"" },
    }
}

section! {
    /// How an existing volume is mounted.
    pub struct ExistingMount as "block.ExistingMountSpec" {
        /// Whether nothing is written to it.
        "readOnly" => read_only: Option<bool> { default: "false" },
        /// Whether it is not noted when files were read.
        "disableAccessTime" => disable_access_time: Option<bool> { default: "false" },
        /// Whether device nodes and set-user-ID programs on it have no force.
        "secure" => secure: Option<bool> { default: "true" },
    }
}
