//! `InspectService`: the graph of controllers and resources.

use api::inspect::inspect_service_server::InspectService;
use api::inspect::{
    ControllerDependencyEdge, ControllerRuntimeDependenciesResponse, ControllerRuntimeDependency,
    DependencyEdgeType,
};
use cosi::{Edge, EdgeKind, Monitor};
use tonic::{Request, Response, Status};

/// Answers for the controllers of machined.
#[derive(Debug)]
pub(super) struct Inspect(Monitor);

impl Inspect {
    /// Answers from that monitor.
    pub(super) fn new(monitor: Monitor) -> Self {
        Self(monitor)
    }
}

#[tonic::async_trait]
impl InspectService for Inspect {
    async fn controller_runtime_dependencies(
        &self,
        _: Request<()>,
    ) -> Result<Response<ControllerRuntimeDependenciesResponse>, Status> {
        let edges = self.0.dependencies().into_iter().map(edge).collect();
        let graph = ControllerRuntimeDependency { metadata: None, edges };
        Ok(Response::new(ControllerRuntimeDependenciesResponse { messages: vec![graph] }))
    }
}

fn edge(edge: Edge) -> ControllerDependencyEdge {
    let kind = match edge.kind {
        EdgeKind::OutputExclusive => DependencyEdgeType::OutputExclusive,
        EdgeKind::OutputShared => DependencyEdgeType::OutputShared,
        EdgeKind::InputStrong => DependencyEdgeType::InputStrong,
        EdgeKind::InputWeak => DependencyEdgeType::InputWeak,
        EdgeKind::InputDestroyReady => DependencyEdgeType::InputDestroyReady,
    };
    ControllerDependencyEdge {
        controller_name: edge.controller.to_owned(),
        edge_type: kind.into(),
        resource_namespace: edge.namespace.into(),
        resource_type: edge.resource_type.to_owned(),
        resource_id: edge.id.unwrap_or_default().into(),
    }
}
