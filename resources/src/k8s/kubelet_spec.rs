//! How the kubelet is to run.

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::{empty, spec},
    value::{Mount, Object},
    wire::message,
};

/// The kubelet as it is started. The id is `kubelet`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KubeletSpec {
    /// Its image.
    pub image: String,
    /// Its arguments.
    #[serde(skip_serializing_if = "empty")]
    pub args: Vec<String>,
    /// Mounts beside those that it always has.
    #[serde(skip_serializing_if = "empty")]
    pub extra_mounts: Vec<Mount>,
    /// The name that its certificate has to have.
    #[serde(skip_serializing_if = "empty")]
    pub expected_nodename: String,
    /// Its configuration, as it reads it.
    pub config: Object,
    /// Who has passwords for registries.
    #[serde(skip_serializing_if = "empty")]
    pub credential_provider_config: Object,
}

message!(KubeletSpec as "k8s.KubeletSpecSpec" {
    1: image, 2: args, 3: extra_mounts, 4: expected_nodename, 5: config,
    6: credential_provider_config,
});

impl KubeletSpec {
    /// The id of the only one.
    pub const ID: &str = "kubelet";
}

spec!(
    KubeletSpec,
    "KubeletSpecs.kubernetes.talos.dev",
    namespace::K8S,
    Definition::new().sensitive()
);
