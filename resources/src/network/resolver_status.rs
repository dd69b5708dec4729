//! Resolvers that a node asks.

use std::net::IpAddr;

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The node's resolvers. The id is `resolvers`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResolverStatus {
    /// The resolvers, the first asked first.
    pub dns_servers: Vec<IpAddr>,
    /// Domains that are tried behind a short name.
    pub search_domains: Vec<String>,
}

message!(ResolverStatus as "network.ResolverStatusSpec" { 1: dns_servers, 2: search_domains });

impl ResolverStatus {
    /// The id of the only one.
    pub const ID: &str = "resolvers";
}

spec!(
    ResolverStatus,
    "ResolverStatuses.net.talos.dev",
    namespace::NETWORK,
    Definition::new()
        .aliases(&["resolvers"])
        .columns(&[("Resolvers", "{.dnsServers}"), ("Search Domains", "{.searchDomains}")])
);
