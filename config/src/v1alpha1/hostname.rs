//! HostnameConfig: the machine's name, given or derived.

use crate::field::{choice, section};

section! {
    /// Gives the machine its name: exactly one of `auto` and `hostname`.
    pub struct HostnameConfig as "network.HostnameConfigV1Alpha1" {
        /// How a name is derived when none is given.
        "auto" => auto: Option<AutoHostname> { example: "stable", applied: &["network.HostnameConfig"] },
        /// The name, with a domain or without.
        "hostname" => hostname: Option<String> { example: "controlplane-1.example.org", applied: &["network.HostnameConfig"] },
    }
}

choice! {
    /// How a name is derived.
    pub enum AutoHostname {
        /// From the machine's identity.
        Stable = "stable",
        /// Not at all.
        Off = "off",
    }
}
