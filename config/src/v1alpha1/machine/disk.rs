//! `machine.disks`: further disks with their partitions. Deprecated in favour of UserVolumeConfig.

use crate::field::section;

section! {
    /// A disk to partition.
    pub struct Disk {
        /// Device node.
        "device" => device: Option<String>,
        /// Its partitions, in order.
        "partitions" => partitions: Vec<Partition>,
    }
}

section! {
    /// A partition with its file system.
    pub struct Partition {
        /// Bytes, or a number with a unit; the rest of the disk when absent.
        "size" => size: Option<String>,
        /// Where it is mounted.
        "mountpoint" => mountpoint: Option<String>,
    }
}
