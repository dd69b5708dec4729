//! VRFConfig: links with a routing table of their own.

use types::LinkName;

use super::link::LinkFields;
use crate::field::section;
use crate::table::Merge;
use crate::value::HardwareAddress;

section! {
    /// Gives some links a routing table of their own.
    pub struct VrfConfig as "network.VRFConfigV1Alpha1" {
        /// Name of the link that is made.
        "name" => name: Option<LinkName> { required: true, example: "vrf-blue" },
        /// Its hardware address.
        "hardwareAddr" => hardware_addr: Option<HardwareAddress> { merge: Merge::Replace },
        /// Names or aliases of the links.
        "links" => links: Vec<String> { required: true, example: "[enp0s2]" },
        /// Number of the table; none of the kernel's own.
        "table" => table: Option<String> { required: true, example: "\"123\"" },
        /// What every kind of link has.
        "" => common: LinkFields { idle: true },
    }
}
