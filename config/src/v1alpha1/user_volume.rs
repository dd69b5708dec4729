//! UserVolumeConfig: a file system for workloads.

use super::volume::{Encryption, Provisioning};
use crate::field::{choice, section};

section! {
    /// Makes a file system under `/var/mnt` for workloads.
    pub struct UserVolumeConfig as "block.UserVolumeConfigV1Alpha1" {
        /// Name of the volume, by which it is mounted under `/var/mnt`.
        "name" => name: Option<String> { example: "data" },
        /// What the volume is made of.
        "volumeType" => volume_type: Option<UserVolumeType> { default: "partition" },
        /// On which disk, and how large.
        "provisioning" => provisioning: Option<Provisioning>,
        /// Its file system.
        "filesystem" => filesystem: Option<Filesystem>,
        /// How it is encrypted. Without it, it is not.
        "encryption" => encryption: Option<Encryption>,
        /// How it is mounted.
        "mount" => mount: Option<UserMount>,
    }
}

choice! {
    /// What a volume is made of.
    pub enum UserVolumeType {
        /// A folder of the partition EPHEMERAL.
        Directory = "directory",
        /// A whole disk.
        Disk = "disk",
        /// A partition.
        Partition = "partition",
    }
}

section! {
    /// A file system.
    pub struct Filesystem as "block.FilesystemSpec" {
        /// What kind it is.
        "type" => kind: Option<FilesystemType> { default: "xfs" },
        /// Whether space can be limited by folder; only with xfs.
        "projectQuotaSupport" => project_quota_support: Option<bool> { default: "false" },
    }
}

choice! {
    /// Kinds of file systems.
    pub enum FilesystemType {
        /// ext4.
        Ext4 = "ext4",
        /// XFS.
        Xfs = "xfs",
    }
}

section! {
    /// How a user's volume is mounted.
    pub struct UserMount as "block.UserMountSpec" {
        /// Whether it is not noted when files were read.
        "disableAccessTime" => disable_access_time: Option<bool> { default: "false" },
        /// Whether device nodes and set-user-ID programs on it have no force.
        "secure" => secure: Option<bool> { default: "true" },
    }
}
