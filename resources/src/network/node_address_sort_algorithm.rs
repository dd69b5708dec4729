//! How node addresses are ordered.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::choices, wire::message};

choices! {
    /// An order of addresses.
    pub enum AddressSortAlgorithm {
        V1 = 0 "v1",
        V2 = 1 "v2",
    }
}

/// The order of node addresses. The id is `default`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NodeAddressSortAlgorithm {
    /// The order.
    pub algorithm: AddressSortAlgorithm,
}

message!(NodeAddressSortAlgorithm as "network.NodeAddressSortAlgorithmSpec" { 1: algorithm });

impl NodeAddressSortAlgorithm {
    /// The id of the only one.
    pub const ID: &str = "default";
}

spec!(
    NodeAddressSortAlgorithm,
    "NodeAddressSortAlgorithms.net.talos.dev",
    namespace::NETWORK,
    Definition::new().columns(&[("Algorithm", "{.algorithm}")])
);
