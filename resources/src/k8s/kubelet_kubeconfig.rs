//! The credentials that the kubelet was given.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The kubelet's kubeconfig. The id is `kubelet`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KubeletKubeconfig {
    /// Hash of the file, which tells a new one from an old.
    pub hash: String,
}

message!(KubeletKubeconfig as "k8s.KubeletKubeconfigSpec" { 1: hash });

impl KubeletKubeconfig {
    /// The id of the only one.
    pub const ID: &str = "kubelet";
}

spec!(
    KubeletKubeconfig,
    "KubeletKubeconfigs.kubernetes.talos.dev",
    namespace::K8S,
    Definition::new().columns(&[("Hash", "{.hash}")])
);
