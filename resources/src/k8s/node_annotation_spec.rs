//! Annotations that the node is to have.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// An annotation. The id is its key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NodeAnnotationSpec {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

message!(NodeAnnotationSpec as "k8s.NodeAnnotationSpecSpec" { 1: key, 2: value });

spec!(
    NodeAnnotationSpec,
    "NodeAnnotationSpecs.k8s.talos.dev",
    namespace::K8S,
    Definition::new().sensitive().columns(&[("Value", "{.value}")])
);
