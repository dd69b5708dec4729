//! Labels that the node is to have.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// A label. The id is its key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NodeLabelSpec {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

message!(NodeLabelSpec as "k8s.NodeLabelSpecSpec" { 1: key, 2: value });

spec!(
    NodeLabelSpec,
    "NodeLabelSpecs.k8s.talos.dev",
    namespace::K8S,
    Definition::new().sensitive().columns(&[("Value", "{.value}")])
);
