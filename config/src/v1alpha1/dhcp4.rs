//! DHCPv4Config: DHCP on a link.

use types::LinkName;

use crate::field::{choice, section};
use crate::table::Merge;

section! {
    /// Asks for an IPv4 address, routes and name servers on a link.
    pub struct Dhcp4Config as "network.DHCPv4ConfigV1Alpha1" {
        /// The link.
        "name" => name: Option<LinkName> { required: true, example: "enp0s2", applied: &["network.OperatorConfig"] },
        /// Priority of the routes that the server names.
        "routeMetric" => route_metric: Option<u32> { default: "1024", applied: &["network.OperatorConfig"] },
        /// Whether the name that the server proposes for the machine is ignored.
        "ignoreHostname" => ignore_hostname: Option<bool> { default: "false", applied: &["network.OperatorConfig"] },
        /// What the client is called towards the server.
        "clientIdentifier" => client_identifier: Option<ClientIdentifier> { default: "mac", applied: &["network.OperatorConfig"] },
        /// The DUID if that is what it is called: bytes in hexadecimal with colons between.
        "duidRaw" => duid_raw: Option<String> { example: "\"00:01:02:aa:bb\"", schema: r#"{"type":"string","pattern":"^([0-9a-fA-F]{2}(:[0-9a-fA-F]{2})+)$"}"#, applied: &["network.OperatorConfig"], merge: Merge::Replace },
    }
}

choice! {
    /// What a DHCP client is called towards the server.
    pub enum ClientIdentifier {
        /// Nothing.
        None = "none",
        /// Its hardware address.
        Mac = "mac",
        /// A DUID.
        Duid = "duid",
    }
}
