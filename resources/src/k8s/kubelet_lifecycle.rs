//! The life of the kubelet.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// Whoever has to act before the kubelet stops holds a finalizer on it. The id is `kubelet`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KubeletLifecycle {}

message!(KubeletLifecycle as "" {});

impl KubeletLifecycle {
    /// The id of the only one.
    pub const ID: &str = "kubelet";
}

spec!(
    KubeletLifecycle,
    "KubeletLifecycles.kubernetes.talos.dev",
    namespace::K8S,
    Definition::new()
);
