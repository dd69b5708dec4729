//! What the controllers of another process than machined read and write.

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::{empty, spec},
    value::choices,
    wire::message,
};

choices! {
    /// What resources are to a controller; the numbers are those of the API.
    pub enum ControllerEdgeKind {
        OutputExclusive = 0 "output-exclusive",
        InputStrong = 1 "input-strong",
        InputWeak = 2 "input-weak",
        OutputShared = 3 "output-shared",
        InputDestroyReady = 4 "input-destroy-ready",
    }
}

/// The controllers of a process. The id is the process's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ControllerGraph {
    /// One dependency each.
    pub edges: Vec<ControllerEdge>,
}

/// A controller and resources that it reads or writes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ControllerEdge {
    /// The controller.
    pub controller: String,
    /// What the resources are to it.
    pub kind: ControllerEdgeKind,
    /// The namespace; empty for outputs, which may be in any.
    #[serde(skip_serializing_if = "empty")]
    pub namespace: String,
    /// The resource type.
    pub resource_type: String,
    /// The only resource meant, if there is one.
    #[serde(skip_serializing_if = "empty")]
    pub id: String,
}

message!(ControllerGraph as "" { 1: edges });
message!(ControllerEdge as "" { 1: controller, 2: kind, 3: namespace, 4: resource_type, 5: id });

spec!(
    ControllerGraph,
    "ControllerGraphs.runtime.holdfast.dev",
    namespace::RUNTIME,
    Definition::new().columns(&[("Controllers", "{.edges[*].controller}")])
);

impl FromIterator<cosi::Edge> for ControllerGraph {
    fn from_iter<I: IntoIterator<Item = cosi::Edge>>(edges: I) -> Self {
        Self { edges: edges.into_iter().map(ControllerEdge::from).collect() }
    }
}

impl From<cosi::Edge> for ControllerEdge {
    fn from(edge: cosi::Edge) -> Self {
        let kind = match edge.kind {
            cosi::EdgeKind::OutputExclusive => ControllerEdgeKind::OutputExclusive,
            cosi::EdgeKind::OutputShared => ControllerEdgeKind::OutputShared,
            cosi::EdgeKind::InputStrong => ControllerEdgeKind::InputStrong,
            cosi::EdgeKind::InputWeak => ControllerEdgeKind::InputWeak,
            cosi::EdgeKind::InputDestroyReady => ControllerEdgeKind::InputDestroyReady,
        };
        Self {
            controller: edge.controller.to_owned(),
            kind,
            namespace: edge.namespace.into(),
            resource_type: edge.resource_type.to_owned(),
            id: edge.id.unwrap_or_default().into(),
        }
    }
}
