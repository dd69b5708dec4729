//! `machine.install`: where and how the system is installed.

use crate::field::{choice, section};

section! {
    /// The installation.
    pub struct Install as "v1alpha1.InstallConfig" {
        /// Device node of the disk.
        "disk" => disk: Option<String> { example: "/dev/nvme0n1" },
        /// The disk by what it is.
        "diskSelector" => disk_selector: Option<DiskSelector>,
        /// Arguments for the kernel's command line. Deprecated.
        "extraKernelArgs" => extra_kernel_args: Vec<String> { hidden: true, example: "[console=ttyS1]" },
        /// The image that is installed.
        "image" => image: Option<String>,
        /// System extensions. Deprecated.
        "extensions" => extensions: Vec<Extension> { hidden: true },
        /// Whether a boot loader is installed. Deprecated.
        "bootloader" => bootloader: Option<bool> { hidden: true, default: "true" },
        /// Whether the whole disk is wiped first.
        "wipe" => wipe: Option<bool> { default: "false" },
        /// Whether the MBR is made for firmware that insists on an active partition.
        "legacyBIOSSupport" => legacy_bios_support: Option<bool> { default: "false" },
        /// Whether GRUB takes the command line of the unified kernel image.
        "grubUseUKICmdline" => grub_use_uki_cmdline: Option<bool> { default: "false" },
    }
}

section! {
    /// A system extension.
    pub struct Extension {
        /// Its image.
        "image" => image: Option<String>,
    }
}

section! {
    /// What a disk must match; `*` and `?` in texts are patterns.
    pub struct DiskSelector as "v1alpha1.InstallDiskSelector" {
        /// Size with a comparison, as `>= 1TB`.
        "size" => size: Option<String> { example: "\">= 1TB\"" },
        /// Name of the device.
        "name" => name: Option<String>,
        /// Model.
        "model" => model: Option<String> { example: "\"WDC*\"" },
        /// Serial number.
        "serial" => serial: Option<String>,
        /// Modalias.
        "modalias" => modalias: Option<String>,
        /// UUID.
        "uuid" => uuid: Option<String>,
        /// World wide name.
        "wwid" => wwid: Option<String>,
        /// Kind of disk.
        "type" => kind: Option<DiskType>,
        /// Path on the bus.
        "busPath" => bus_path: Option<String> { example: "\"/pci0000:00/*\"" },
    }
}

choice! {
    /// Kinds of disks.
    pub enum DiskType {
        /// Solid state, not NVMe.
        Ssd = "ssd",
        /// Rotating.
        Hdd = "hdd",
        /// NVMe.
        Nvme = "nvme",
        /// SD card.
        Sd = "sd",
    }
}
