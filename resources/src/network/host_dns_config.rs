//! The node as a resolver of names.

use std::net::{IpAddr, SocketAddr};

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::{empty, spec},
    wire::message,
};

/// Settings of the resolver. The id is `config`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HostDnsConfig {
    /// Whether it runs.
    pub enabled: bool,
    /// Where it answers.
    #[serde(skip_serializing_if = "empty")]
    pub listen_addresses: Vec<SocketAddr>,
    /// The address that pods ask; absent when they do not.
    #[serde(rename = "serviceHostDNSAddress", skip_serializing_if = "empty")]
    pub service_host_dns_address: Option<IpAddr>,
    /// Whether it knows the members of the cluster by name.
    #[serde(skip_serializing_if = "empty")]
    pub resolve_member_names: bool,
}

message!(HostDnsConfig as "network.HostDNSConfigSpec" {
    1: enabled, 2: listen_addresses, 3: service_host_dns_address, 4: resolve_member_names,
});

impl HostDnsConfig {
    /// The id of the only one.
    pub const ID: &str = "config";
}

spec!(
    HostDnsConfig,
    "HostDNSConfigs.net.talos.dev",
    namespace::NETWORK,
    Definition::new().columns(&[("Enabled", "{.enabled}")])
);
