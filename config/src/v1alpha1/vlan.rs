//! VLANConfig: a VLAN on a link.

use types::LinkName;

use super::link::LinkFields;
use crate::field::{choice, section};

section! {
    /// Makes a link of the packets that carry a number on another link.
    pub struct VlanConfig as "network.VLANConfigV1Alpha1" {
        /// Name of the link that is made.
        "name" => name: Option<LinkName> { required: true, example: "enp0s2.40" },
        /// The number, 1 to 4094.
        "vlanID" => id: Option<u16> { required: true, example: "40" },
        /// How packets carry it.
        "vlanMode" => mode: Option<VlanMode> { default: "802.1q" },
        /// The link that they come on.
        "parent" => parent: Option<String> { required: true, example: "enp0s2" },
        /// What every kind of link has.
        "" => common: LinkFields { idle: true },
    }
}

choice! {
    /// How packets carry the number of a VLAN.
    pub enum VlanMode {
        /// Once.
        Q = "802.1q",
        /// As the outer of two.
        Ad = "802.1ad",
    }
}
