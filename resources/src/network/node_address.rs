//! The addresses that a node is known by.

use cosi::Definition;
use serde::Serialize;

use super::AddressSortAlgorithm;
use crate::{namespace, spec::spec, value::IpPrefix, wire::message};

/// A set of addresses. The ids are `default`, `current`, `accumulative`, `routed`, and those with the name of a filter
/// behind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeAddress {
    /// The addresses, the most preferred first.
    pub addresses: Vec<IpPrefix>,
    /// How they are ordered.
    pub sort_algorithm: AddressSortAlgorithm,
}

message!(NodeAddress as "network.NodeAddressSpec" { 1: addresses, 2: sort_algorithm });

spec!(
    NodeAddress,
    "NodeAddresses.net.talos.dev",
    namespace::NETWORK,
    Definition::new()
        .columns(&[("Addresses", "{.addresses}"), ("SortAlgorithm", "{.sortAlgorithm}")])
);
