//! KubeSpanEndpointsConfig: further addresses at which the mesh reaches this machine.

use std::net::SocketAddr;

use crate::field::section;

section! {
    /// Tells other members addresses of this machine that it cannot know by itself, as behind a
    /// translation of addresses.
    pub struct KubeSpanEndpointsConfig as "network.KubespanEndpointsConfigV1Alpha1" {
        /// Addresses with ports.
        "extraAnnouncedEndpoints" => extra_announced_endpoints: Vec<SocketAddr> { schema: r#"{"items":{"type":"string"},"type":"array"}"# },
    }
}
