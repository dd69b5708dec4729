//! DHCPv6Config: DHCP for IPv6 on a link.

use types::LinkName;

use super::dhcp4::ClientIdentifier;
use crate::field::section;
use crate::table::Merge;

section! {
    /// Asks for an IPv6 address and name servers on a link.
    pub struct Dhcp6Config as "network.DHCPv6ConfigV1Alpha1" {
        /// The link.
        "name" => name: Option<LinkName> { required: true, example: "enp0s2" },
        /// Priority of the routes that come with the lease.
        "routeMetric" => route_metric: Option<u32> { default: "1024" },
        /// Whether the name that the server proposes for the machine is ignored.
        "ignoreHostname" => ignore_hostname: Option<bool> { default: "false" },
        /// What the client is called towards the server.
        "clientIdentifier" => client_identifier: Option<ClientIdentifier> { default: "mac" },
        /// The DUID if that is what it is called: bytes in hexadecimal with colons between.
        "duidRaw" => duid_raw: Option<String> { example: "\"00:01:02:aa:bb\"", schema: r#"{"type":"string","pattern":"^([0-9a-fA-F]{2}(:[0-9a-fA-F]{2})+)$"}"#, merge: Merge::Replace },
    }
}
