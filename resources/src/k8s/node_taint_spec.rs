//! Taints that the node is to have.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// A taint. The id is its key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NodeTaintSpec {
    /// Its key.
    pub key: String,
    /// What it does to pods: `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    pub effect: String,
    /// Its value.
    pub value: String,
}

message!(NodeTaintSpec as "k8s.NodeTaintSpecSpec" { 1: key, 2: effect, 3: value });

spec!(
    NodeTaintSpec,
    "NodeTaintSpecs.k8s.talos.dev",
    namespace::K8S,
    Definition::new().sensitive().columns(&[("Effect", "{.effect}"), ("Value", "{.value}")])
);
