//! Pods that the kubelet runs on its own.
//!
//! The YAML is the pod itself, as Kubernetes has it.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::Object, wire::message};

/// A pod. The id is the component of the control plane, or `NAMESPACE-NAME`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct StaticPod {
    /// The pod.
    pub pod: Object,
}

message!(StaticPod as "k8s.StaticPodSpec" { 1: pod });

spec!(StaticPod, "StaticPods.kubernetes.talos.dev", namespace::K8S, Definition::new());
