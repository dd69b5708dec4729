//! Processors, as the firmware lists them (SMBIOS type 4).

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::{empty, spec},
    wire::message,
};

/// A processor. The id is its socket's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Processor {
    /// The socket.
    #[serde(skip_serializing_if = "empty")]
    pub socket: String,
    /// Who made it.
    #[serde(skip_serializing_if = "empty")]
    pub manufacturer: String,
    /// What it is called.
    #[serde(skip_serializing_if = "empty")]
    pub product_name: String,
    /// Highest speed of the socket in MHz.
    #[serde(skip_serializing_if = "empty")]
    pub max_speed_mhz: u32,
    /// Speed at boot in MHz.
    #[serde(skip_serializing_if = "empty")]
    pub boot_speed_mhz: u32,
    /// Status byte of SMBIOS.
    #[serde(skip_serializing_if = "empty")]
    pub status: u32,
    /// Its serial number.
    #[serde(skip_serializing_if = "empty")]
    pub serial_number: String,
    /// Its owner's tag.
    #[serde(skip_serializing_if = "empty")]
    pub asset_tag: String,
    /// Its part number.
    #[serde(skip_serializing_if = "empty")]
    pub part_number: String,
    /// Cores.
    #[serde(skip_serializing_if = "empty")]
    pub core_count: u32,
    /// Cores in use.
    #[serde(skip_serializing_if = "empty")]
    pub core_enabled: u32,
    /// Threads.
    #[serde(skip_serializing_if = "empty")]
    pub thread_count: u32,
}

message!(Processor as "hardware.ProcessorSpec" {
    1: socket, 2: manufacturer, 3: product_name, 4: max_speed_mhz, 5: boot_speed_mhz, 6: status,
    7: serial_number, 8: asset_tag, 9: part_number, 10: core_count, 11: core_enabled,
    12: thread_count,
});

spec!(
    Processor,
    "Processors.hardware.talos.dev",
    namespace::HARDWARE,
    Definition::new().aliases(&["cpus", "cpu"]).columns(&[
        ("Manufacturer", "{.manufacturer}"),
        ("Model", "{.productName}"),
        ("Cores", "{.coreCount}"),
        ("Threads", "{.threadCount}")
    ])
);
