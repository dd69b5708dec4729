//! StaticHostConfig: names that are known without a name server.

use std::net::IpAddr;

use crate::field::section;

section! {
    /// Gives an address names, in `/etc/hosts`.
    pub struct StaticHostConfig as "network.StaticHostConfigV1Alpha1" {
        /// The address.
        "name" => address: Option<IpAddr> { required: true, example: "10.5.0.2", schema: r#"{"type":"string"}"#, applied: &["files.EtcFile"] },
        /// Its names.
        "hostnames" => hostnames: Vec<String> { example: "[server1, server1.example.org]", applied: &["files.EtcFile"] },
    }
}
