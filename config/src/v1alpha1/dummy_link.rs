//! DummyLinkConfig: a link to nowhere, that carries addresses.

use types::LinkName;

use super::link::LinkFields;
use crate::field::section;
use crate::table::Merge;
use crate::value::HardwareAddress;

section! {
    /// Makes a link that sends nothing anywhere and holds addresses of the machine.
    pub struct DummyLinkConfig as "network.DummyLinkConfigV1Alpha1" {
        /// Name of the link that is made.
        "name" => name: Option<LinkName> { required: true, example: "dummy1" },
        /// Its hardware address.
        "hardwareAddr" => hardware_addr: Option<HardwareAddress> { merge: Merge::Replace },
        /// What every kind of link has.
        "" => common: LinkFields { idle: true },
    }
}
