//! ExternalVolumeConfig: a file system that somebody else serves.

use crate::field::{choice, section};

section! {
    /// Mounts a file system from outside the machine.
    pub struct ExternalVolumeConfig as "block.ExternalVolumeConfigV1Alpha1" {
        /// Name of the volume, by which it is mounted under `/var/mnt`.
        "name" => name: Option<String> { example: "shared" },
        /// What kind of file system it is.
        "filesystemType" => filesystem_type: Option<ExternalFilesystem> { example: "virtiofs" },
        /// How it is mounted.
        "mount" => mount: Option<ExternalMount>,
    }
}

choice! {
    /// File systems that are served from outside.
    pub enum ExternalFilesystem {
        /// A folder of the host of a virtual machine.
        Virtiofs = "virtiofs",
    }
}

section! {
    /// How an external volume is mounted.
    pub struct ExternalMount as "block.ExternalMountSpec" {
        /// Whether nothing is written to it.
        "readOnly" => read_only: Option<bool> { default: "false" },
        /// Whether it is not noted when files were read.
        "disableAccessTime" => disable_access_time: Option<bool> { default: "false" },
        /// Whether device nodes and set-user-ID programs on it have no force.
        "secure" => secure: Option<bool> { default: "true" },
        /// What virtiofs has to know.
        "virtiofs" => virtiofs: Option<VirtiofsMount>,
    }
}

section! {
    /// A folder of the host.
    pub struct VirtiofsMount as "block.VirtiofsMountSpec" {
        /// The tag under which the host serves it.
        "tag" => tag: Option<String> { example: "shared" },
    }
}
