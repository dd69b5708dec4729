//! Layer2VIPConfig: a shared address on a link.

use std::net::IpAddr;

use crate::field::section;

section! {
    /// Shares an address between control planes in one network: one of them holds it.
    pub struct Layer2VipConfig as "network.Layer2VIPConfigV1Alpha1" {
        /// The address.
        "name" => name: Option<IpAddr> { required: true, example: "10.3.0.2", schema: r#"{"type":"string"}"# },
        /// The link that gets it.
        "link" => link: Option<String> { example: "enp0s2" },
    }
}
