//! DHCPv4Config: DHCP on a link.

use types::LinkName;

use crate::field::{choice, section};

section! {
    /// DHCP on a link.
    pub struct Dhcp4Config {
        /// The link.
        "name" => name: Option<LinkName>,
        /// Priority of the routes that come from it; 1024 when absent.
        "routeMetric" => route_metric: Option<u32>,
        /// Whether a hostname that comes from it is not taken.
        "ignoreHostname" => ignore_hostname: Option<bool>,
        /// How the client names itself; by its MAC address when absent.
        "clientIdentifier" => client_identifier: Option<ClientIdentifier>,
        /// The DUID, as bytes in hexadecimal with colons between.
        "duidRaw" => duid_raw: Option<String>,
    }
}

choice! {
    /// How a DHCP client names itself.
    pub enum ClientIdentifier {
        /// Not at all.
        None = "none",
        /// By its MAC address.
        Mac = "mac",
        /// By a DUID.
        Duid = "duid",
    }
}
