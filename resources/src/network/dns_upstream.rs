//! Resolvers that the node's own asks.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// A resolver. The id is its address.
///
/// The contract has no message for it; the numbers are ours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DnsUpstream {
    /// Whether it answers.
    pub healthy: bool,
    /// Its address, with port.
    pub addr: String,
}

message!(DnsUpstream as "" { 1: healthy, 2: addr });

spec!(
    DnsUpstream,
    "DNSUpstreams.net.talos.dev",
    namespace::NETWORK,
    Definition::new().columns(&[("Healthy", "{.healthy}"), ("Address", "{.addr}")])
);
