//! Resolvers that a node is to ask.

use std::net::IpAddr;

use cosi::Definition;
use serde::Serialize;

use super::ConfigLayer;
use crate::{
    namespace,
    spec::{empty, spec},
    wire::message,
};

/// Resolvers for the node. The id is `resolvers`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResolverSpec {
    /// The resolvers, the first asked first.
    pub dns_servers: Vec<IpAddr>,
    /// Who wants them.
    pub layer: ConfigLayer,
    /// Domains that are tried behind a short name.
    #[serde(skip_serializing_if = "empty")]
    pub search_domains: Vec<String>,
}

message!(ResolverSpec as "network.ResolverSpecSpec" {
    1: dns_servers, 2: layer, 3: search_domains,
});

impl ResolverSpec {
    /// The id of the only one.
    pub const ID: &str = "resolvers";
}

spec!(
    ResolverSpec,
    "ResolverSpecs.net.talos.dev",
    namespace::NETWORK,
    Definition::new().columns(&[
        ("Layer", "{.layer}"),
        ("Resolvers", "{.dnsServers}"),
        ("Search Domains", "{.searchDomains}")
    ])
);
