//! Whether the node is to take no new pods.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// While it exists, the node takes no new pods. The id is `cordoned`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NodeCordonedSpec {}

message!(NodeCordonedSpec as "" {});

impl NodeCordonedSpec {
    /// The id of the only one.
    pub const ID: &str = "cordoned";
}

spec!(
    NodeCordonedSpec,
    "NodeCordonedSpecs.k8s.talos.dev",
    namespace::K8S,
    Definition::new().sensitive()
);
