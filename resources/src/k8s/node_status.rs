//! The node as Kubernetes has it.

use std::collections::BTreeMap;

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::IpPrefix, wire::message};

/// A node. The id is its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeStatus {
    /// Its name.
    pub nodename: String,
    /// Whether it is ready.
    pub node_ready: bool,
    /// Whether it takes no new pods.
    pub unschedulable: bool,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// Networks of its pods.
    #[serde(rename = "podCIDRs")]
    pub pod_cidrs: Vec<IpPrefix>,
}

message!(NodeStatus as "k8s.NodeStatusSpec" {
    1: nodename, 2: node_ready, 3: unschedulable, 4: labels, 5: annotations, 6: pod_cidrs,
});

spec!(
    NodeStatus,
    "NodeStatuses.kubernetes.talos.dev",
    namespace::K8S,
    Definition::new().columns(&[("Ready", "{.nodeReady}"), ("Unschedulable", "{.unschedulable}")])
);
