//! The node's number.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// Who the node is in its cluster, for as long as its disk keeps its state. The id is `local`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// 32 random bytes in base 62.
    pub node_id: String,
}

message!(Identity as "cluster.IdentitySpec" { 1: node_id });

impl Identity {
    /// The id of the only one.
    pub const ID: &str = "local";
}

spec!(
    Identity,
    "Identities.cluster.talos.dev",
    namespace::CLUSTER,
    Definition::new().columns(&[("ID", "{.nodeId}")])
);
