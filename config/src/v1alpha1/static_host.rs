//! StaticHostConfig: names that are known without a name server.

use std::net::IpAddr;

use crate::field::section;

section! {
    /// Names of an address.
    pub struct StaticHostConfig {
        /// The address.
        "name" => address: Option<IpAddr>,
        /// Its names.
        "hostnames" => hostnames: Vec<String>,
    }
}
