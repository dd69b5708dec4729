//! What expressions can name, by what they are for.
//!
//! Fields are those of the resources that clients see (`DiskSpec`, `DiscoveredVolumeSpec` and
//! `LinkStatusSpec` of the contract), by their names on the wire.

use super::kind::{Kind, Object, Plain};
use Plain::{Bool, Bytes, Double, Duration, Int, MaybeUint, PerClass, Text, Texts, Uint};

/// What an expression is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To say which disk.
    Disk,
    /// To say which volume.
    Volume,
    /// To say which link.
    Link,
    /// To say when memory has run out.
    OomTrigger,
    /// To say what is ended then.
    OomRanking,
}

/// Names with their types.
pub(crate) type Names = &'static [(&'static str, Plain)];

impl Purpose {
    /// The tables of names that it has.
    pub(crate) fn names(self) -> &'static [Names] {
        match self {
            Self::Disk => &[DISK_NAMES, SIZES],
            Self::Volume => &[VOLUME_NAMES, SIZES],
            Self::Link => &[LINK_NAMES],
            Self::OomTrigger => &[TRIGGER, CLASSES],
            Self::OomRanking => &[RANKING, CLASSES],
        }
    }

    /// What it must give.
    pub(crate) fn result(self) -> Kind {
        match self {
            Self::Disk | Self::Volume | Self::Link | Self::OomTrigger => Kind::Bool,
            Self::OomRanking => Kind::Double,
        }
    }
}

const DISK_NAMES: Names = &[("disk", Plain::Object(&DISK)), ("system_disk", Bool)];
const VOLUME_NAMES: Names = &[("volume", Plain::Object(&VOLUME)), ("disk", Plain::Object(&DISK))];
const LINK_NAMES: Names = &[("link", Plain::Object(&LINK))];

/// Units of sizes.
const SIZES: Names = &[
    ("KiB", Uint),
    ("MiB", Uint),
    ("GiB", Uint),
    ("TiB", Uint),
    ("PiB", Uint),
    ("EiB", Uint),
    ("kB", Uint),
    ("MB", Uint),
    ("GB", Uint),
    ("TB", Uint),
    ("PB", Uint),
    ("EB", Uint),
];

/// Classes of groups of processes, from what is ended first to last.
const CLASSES: Names = &[
    ("Besteffort", Int),
    ("Burstable", Int),
    ("Guaranteed", Int),
    ("Podruntime", Int),
    ("System", Int),
];

/// What is known of a group of processes.
const RANKING: Names = &[
    ("memory_current", MaybeUint),
    ("memory_max", MaybeUint),
    ("memory_peak", MaybeUint),
    ("class", Int),
    ("path", Text),
];

/// Pressure on memory (Documentation/accounting/psi.rst), of the machine and of each class, and by how
/// much it has changed.
const TRIGGER: Names = &[
    ("time_since_trigger", Duration),
    ("memory_full_avg10", Double),
    ("memory_full_avg60", Double),
    ("memory_full_avg300", Double),
    ("memory_full_total", Double),
    ("memory_some_avg10", Double),
    ("memory_some_avg60", Double),
    ("memory_some_avg300", Double),
    ("memory_some_total", Double),
    ("d_memory_full_avg10", Double),
    ("d_memory_full_avg60", Double),
    ("d_memory_full_avg300", Double),
    ("d_memory_full_total", Double),
    ("d_memory_some_avg10", Double),
    ("d_memory_some_avg60", Double),
    ("d_memory_some_avg300", Double),
    ("d_memory_some_total", Double),
    ("qos_memory_full_avg10", PerClass),
    ("qos_memory_full_avg60", PerClass),
    ("qos_memory_full_avg300", PerClass),
    ("qos_memory_full_total", PerClass),
    ("qos_memory_some_avg10", PerClass),
    ("qos_memory_some_avg60", PerClass),
    ("qos_memory_some_avg300", PerClass),
    ("qos_memory_some_total", PerClass),
    ("qos_memory_current", PerClass),
    ("qos_memory_peak", PerClass),
    ("qos_memory_max", PerClass),
    ("d_qos_memory_full_avg10", PerClass),
    ("d_qos_memory_full_avg60", PerClass),
    ("d_qos_memory_full_avg300", PerClass),
    ("d_qos_memory_full_total", PerClass),
    ("d_qos_memory_some_avg10", PerClass),
    ("d_qos_memory_some_avg60", PerClass),
    ("d_qos_memory_some_avg300", PerClass),
    ("d_qos_memory_some_total", PerClass),
    ("d_qos_memory_current", PerClass),
    ("d_qos_memory_peak", PerClass),
    ("d_qos_memory_max", PerClass),
];

const DISK: Object = Object {
    name: "disk",
    fields: &[
        ("size", Uint),
        ("pretty_size", Text),
        ("io_size", Uint),
        ("sector_size", Uint),
        ("readonly", Bool),
        ("cdrom", Bool),
        ("rotational", Bool),
        ("model", Text),
        ("serial", Text),
        ("modalias", Text),
        ("wwid", Text),
        ("uuid", Text),
        ("bus_path", Text),
        ("sub_system", Text),
        ("transport", Text),
        ("dev_path", Text),
        ("secondary_disks", Texts),
        ("symlinks", Texts),
    ],
};

const VOLUME: Object = Object {
    name: "volume",
    fields: &[
        ("name", Text),
        ("type", Text),
        ("label", Text),
        ("uuid", Text),
        ("size", Uint),
        ("pretty_size", Text),
        ("offset", Uint),
        ("probed_size", Uint),
        ("sector_size", Uint),
        ("io_size", Uint),
        ("block_size", Uint),
        ("filesystem_block_size", Uint),
        ("dev_path", Text),
        ("device_path", Text),
        ("parent", Text),
        ("parent_dev_path", Text),
        ("partition_uuid", Text),
        ("partition_type", Text),
        ("partition_label", Text),
        ("partition_index", Uint),
    ],
};

const LINK: Object = Object {
    name: "link",
    fields: &[
        ("index", Uint),
        ("type", Int),
        ("link_index", Uint),
        ("flags", Uint),
        ("hardware_addr", Bytes),
        ("permanent_addr", Bytes),
        ("broadcast_addr", Bytes),
        ("mtu", Uint),
        ("queue_disc", Text),
        ("master_index", Uint),
        ("operational_state", Int),
        ("kind", Text),
        ("slave_kind", Text),
        ("bus_path", Text),
        ("pciid", Text),
        ("driver", Text),
        ("driver_version", Text),
        ("firmware_version", Text),
        ("product_id", Text),
        ("vendor_id", Text),
        ("product", Text),
        ("vendor", Text),
        ("link_state", Bool),
        ("speed_megabits", Int),
        ("port", Int),
        ("duplex", Int),
        ("alias", Text),
        ("alt_names", Texts),
        ("vlan", Plain::Object(&VLAN)),
        ("bridge_master", Plain::Object(&BRIDGE)),
        ("bond_master", Plain::Object(&BOND)),
        ("vrf_master", Plain::Object(&VRF)),
        ("wireguard", Plain::Object(&WIREGUARD)),
    ],
};

const VLAN: Object = Object { name: "vlan", fields: &[("vid", Uint), ("protocol", Int)] };

const BRIDGE: Object = Object {
    name: "bridge",
    fields: &[("stp", Plain::Object(&STP)), ("vlan", Plain::Object(&BRIDGE_VLAN))],
};

const STP: Object = Object { name: "stp", fields: &[("enabled", Bool)] };

const BRIDGE_VLAN: Object = Object { name: "bridge vlan", fields: &[("filtering_enabled", Bool)] };

const VRF: Object = Object { name: "vrf", fields: &[("table", Int)] };

const WIREGUARD: Object = Object {
    name: "wireguard",
    fields: &[("public_key", Text), ("listen_port", Int), ("firewall_mark", Int)],
};

const BOND: Object = Object {
    name: "bond",
    fields: &[
        ("mode", Int),
        ("hash_policy", Int),
        ("lacp_rate", Int),
        ("arp_validate", Int),
        ("arp_all_targets", Int),
        ("primary_index", Uint),
        ("primary_reselect", Int),
        ("fail_over_mac", Int),
        ("ad_select", Int),
        ("mii_mon", Uint),
        ("up_delay", Uint),
        ("down_delay", Uint),
        ("arp_interval", Uint),
        ("resend_igmp", Uint),
        ("min_links", Uint),
        ("lp_interval", Uint),
        ("packets_per_slave", Uint),
    ],
};
