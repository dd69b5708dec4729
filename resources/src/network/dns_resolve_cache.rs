//! Whether a listener of the resolver works.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// A listener of the node's resolver. The id is its protocol and address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DnsResolveCache {
    /// How it goes.
    pub status: String,
}

message!(DnsResolveCache as "network.DNSResolveCacheSpec" { 1: status });

spec!(
    DnsResolveCache,
    "DNSResolveCaches.net.talos.dev",
    namespace::NETWORK,
    Definition::new().columns(&[("Status", "{.status}")])
);
