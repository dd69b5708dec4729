//! Filters of node addresses.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::IpPrefix, wire::message};

/// Which addresses a filtered set has. The ids are `no-k8s` and `only-k8s`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeAddressFilter {
    /// Networks whose addresses are in; empty for all.
    pub include_subnets: Vec<IpPrefix>,
    /// Networks whose addresses are out after that.
    pub exclude_subnets: Vec<IpPrefix>,
}

message!(NodeAddressFilter as "network.NodeAddressFilterSpec" {
    1: include_subnets, 2: exclude_subnets,
});

spec!(
    NodeAddressFilter,
    "NodeAddressFilters.net.talos.dev",
    namespace::NETWORK,
    Definition::new().columns(&[
        ("Include Subnets", "{.includeSubnets}"),
        ("Exclude Subnets", "{.excludeSubnets}")
    ])
);
