//! The hardware address that a node is known by.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::HardwareAddr, wire::message};

/// The hardware address of the first device. The id is `first`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HardwareAddress {
    /// The link.
    pub name: String,
    /// Its hardware address.
    pub hardware_addr: HardwareAddr,
}

message!(HardwareAddress as "network.HardwareAddrSpec" { 1: name, 2: hardware_addr });

impl HardwareAddress {
    /// The id of the only one.
    pub const ID: &str = "first";
}

spec!(HardwareAddress, "HardwareAddresses.net.talos.dev", namespace::NETWORK, Definition::new());
