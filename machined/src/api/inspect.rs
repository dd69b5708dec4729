//! `InspectService`: the graph of controllers and resources.
//!
//! Controllers in other processes are known by what those say of them in the store.

use api::inspect::inspect_service_server::InspectService;
use api::inspect::{
    ControllerDependencyEdge, ControllerRuntimeDependenciesResponse, ControllerRuntimeDependency,
    DependencyEdgeType,
};
use cosi::{Monitor, State};
use resources::runtime::{ControllerEdge, ControllerEdgeKind, ControllerGraph};
use tonic::{Request, Response, Status};

/// Answers for all controllers of the node.
#[derive(Debug)]
pub(super) struct Inspect {
    own: Monitor,
    state: State,
}

impl Inspect {
    /// Answers from the monitor of machined's own controllers, and from the store.
    pub(super) fn new(own: Monitor, state: State) -> Self {
        Self { own, state }
    }

    /// All edges, in the order of the controllers' names.
    fn edges(&self) -> Result<Vec<ControllerDependencyEdge>, cosi::Error> {
        let own: ControllerGraph = self.own.dependencies().into_iter().collect();
        let others = self.state.list_as::<ControllerGraph>()?;
        let others = others.into_iter().flat_map(|graph| graph.into_spec().edges);
        let mut edges: Vec<_> = own.edges.into_iter().chain(others).map(edge).collect();
        edges.sort_by(|a, b| a.controller_name.cmp(&b.controller_name));
        Ok(edges)
    }
}

#[tonic::async_trait]
impl InspectService for Inspect {
    async fn controller_runtime_dependencies(
        &self,
        _: Request<()>,
    ) -> Result<Response<ControllerRuntimeDependenciesResponse>, Status> {
        let graph = ControllerRuntimeDependency { metadata: None, edges: self.edges()? };
        Ok(Response::new(ControllerRuntimeDependenciesResponse { messages: vec![graph] }))
    }
}

fn edge(edge: ControllerEdge) -> ControllerDependencyEdge {
    let kind = match edge.kind {
        ControllerEdgeKind::OutputExclusive => DependencyEdgeType::OutputExclusive,
        ControllerEdgeKind::OutputShared => DependencyEdgeType::OutputShared,
        ControllerEdgeKind::InputStrong => DependencyEdgeType::InputStrong,
        ControllerEdgeKind::InputWeak => DependencyEdgeType::InputWeak,
        ControllerEdgeKind::InputDestroyReady => DependencyEdgeType::InputDestroyReady,
    };
    ControllerDependencyEdge {
        controller_name: edge.controller,
        edge_type: kind.into(),
        resource_namespace: edge.namespace,
        resource_type: edge.resource_type,
        resource_id: edge.id,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use cosi::{
        BoxError, Context, Controller, Declaration, Runtime, Spec as _, SystemClock, exclusive,
    };
    use resources::network::LinkStatus;

    use super::*;

    const IDLE: Declaration =
        Declaration { name: "test.Idle", inputs: &[], outputs: &[exclusive::<LinkStatus>()] };

    struct Idle;

    impl Controller for Idle {
        fn declaration(&self) -> &'static Declaration {
            &IDLE
        }

        fn reconcile(&mut self, _: &mut Context<'_>) -> Result<(), BoxError> {
            Ok(())
        }
    }

    #[test]
    fn the_graph_is_that_of_the_whole_node() {
        let state = State::new(Arc::new(SystemClock));
        resources::register_all(&state);
        let others = ControllerEdge {
            controller: "network.Operator".to_owned(),
            kind: ControllerEdgeKind::InputWeak,
            namespace: "network".to_owned(),
            resource_type: LinkStatus::TYPE.to_owned(),
            id: "eth0".to_owned(),
        };
        let graph = ControllerGraph { edges: vec![others] };
        state.put(ControllerGraph::NAMESPACE, "netd", "netd", graph).expect("stored");
        let mut own = Runtime::local(state.clone());
        own.register(Box::new(Idle)).expect("registered");
        let edges = Inspect::new(own.monitor(), state).edges().expect("a graph");
        let edge = |controller: &str, kind: DependencyEdgeType, namespace: &str, id: &str| {
            ControllerDependencyEdge {
                controller_name: controller.to_owned(),
                edge_type: kind.into(),
                resource_namespace: namespace.to_owned(),
                resource_type: LinkStatus::TYPE.to_owned(),
                resource_id: id.to_owned(),
            }
        };
        let expected = [
            edge("network.Operator", DependencyEdgeType::InputWeak, "network", "eth0"),
            edge("test.Idle", DependencyEdgeType::OutputExclusive, "", ""),
        ];
        assert_eq!(edges, expected);
    }
}
