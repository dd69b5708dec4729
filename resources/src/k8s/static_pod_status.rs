//! How pods are that the kubelet runs on its own.
//!
//! The YAML is the status itself, as Kubernetes has it.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::Object, wire::message};

/// The status of a pod. The id is `NAMESPACE/POD`, where the pod is named with its node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct StaticPodStatus {
    /// The status.
    pub pod_status: Object,
}

message!(StaticPodStatus as "k8s.StaticPodStatusSpec" { 1: pod_status });

spec!(
    StaticPodStatus,
    "StaticPodStatuses.kubernetes.talos.dev",
    namespace::K8S,
    Definition::new()
        .aliases(&["podstatus"])
        .columns(&[("Ready", "{.conditions[?(@.type==\"Ready\")].status}")])
);
