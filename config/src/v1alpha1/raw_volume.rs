//! RawVolumeConfig: a partition without a file system.

use super::volume::{Encryption, Provisioning};
use crate::field::section;

section! {
    /// Makes a partition and leaves what is in it to others.
    pub struct RawVolumeConfig as "block.RawVolumeConfigV1Alpha1" {
        /// Name of the volume.
        "name" => name: Option<String> { example: "ceph" },
        /// On which disk, and how large.
        "provisioning" => provisioning: Option<Provisioning>,
        /// How it is encrypted. Without it, it is not.
        "encryption" => encryption: Option<Encryption>,
    }
}
