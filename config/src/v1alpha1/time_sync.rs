//! TimeSyncConfig: where the time comes from.

use crate::field::section;
use crate::value::Duration;

section! {
    /// Sets the clock by a server or a device.
    pub struct TimeSyncConfig as "network.TimeSyncConfigV1Alpha1" {
        /// Whether the clock is set at all.
        "enabled" => enabled: Option<bool> { default: "true" },
        /// How long the boot waits for the time; 0 is for ever.
        "bootTimeout" => boot_timeout: Option<Duration> { default: "0s", example: "2m0s" },
        /// Servers of time.
        "ntp" => ntp: Option<Ntp>,
        /// Devices that know the time.
        "ptp" => ptp: Option<Ptp>,
    }
}

section! {
    /// Servers of time.
    pub struct Ntp as "network.NTPConfig" {
        /// Their names or addresses.
        "servers" => servers: Vec<String> { example: "[time.example.org]" },
    }
}

section! {
    /// Devices that know the time.
    pub struct Ptp as "network.PTPConfig" {
        /// Their device nodes.
        "devices" => devices: Vec<String> { example: "[/dev/ptp0]" },
    }
}
