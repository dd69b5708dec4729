//! SwapVolumeConfig: swap on a disk.

use super::volume::{Encryption, Provisioning};
use crate::field::section;

section! {
    /// Makes a partition to which memory is swapped.
    pub struct SwapVolumeConfig as "block.SwapVolumeConfigV1Alpha1" {
        /// Name of the volume.
        "name" => name: Option<String> { example: "swap1" },
        /// On which disk, and how large.
        "provisioning" => provisioning: Option<Provisioning>,
        /// How it is encrypted. Without it, it is not.
        "encryption" => encryption: Option<Encryption>,
    }
}
