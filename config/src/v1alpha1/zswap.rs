//! ZswapConfig: a cache of swap in compressed memory.

use crate::field::section;
use crate::table::Merge;

section! {
    /// Keeps swapped pages compressed in memory before they go to a disk.
    pub struct ZswapConfig as "block.ZswapConfigV1Alpha1" {
        /// How much of the memory it may take, in parts of a hundred.
        "maxPoolPercent" => max_pool_percent: Option<u32> { default: "20", merge: Merge::Replace },
        /// Whether pages that are not asked for go to the disk early.
        "shrinkerEnabled" => shrinker_enabled: Option<bool> { default: "true" },
    }
}
