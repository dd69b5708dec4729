//! HCloudVIPConfig: a shared address at Hetzner Cloud.

use std::net::IpAddr;

use types::Secret;

use crate::field::section;

section! {
    /// Shares an address between control planes, moved by the provider's API.
    pub struct HCloudVipConfig as "network.HCloudVIPConfigV1Alpha1" {
        /// The address.
        "name" => name: Option<IpAddr> { required: true, example: "1.2.3.4", schema: r#"{"type":"string"}"# },
        /// The link that gets it.
        "link" => link: Option<String> { example: "enp0s2" },
        /// The token by which the API is called.
        "apiToken" => api_token: Option<Secret<String>> { example: "hunter2" },
    }
}
