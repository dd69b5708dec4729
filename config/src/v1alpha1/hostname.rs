//! HostnameConfig: the machine's name, given or derived.

use crate::field::{choice, section};

section! {
    /// The machine's name: exactly one of a given one and a derived one.
    pub struct HostnameConfig {
        /// How a name is derived.
        "auto" => auto: Option<AutoHostname>,
        /// The name.
        "hostname" => hostname: Option<String>,
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
