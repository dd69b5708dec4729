//! Credentials of the components of the control plane.

use cosi::Definition;
use serde::Serialize;
use types::Secret;

use crate::{namespace, spec::spec, value::reveal, wire::message};

/// Kubeconfigs, each with its certificate and key. The id is `k8s-certs`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KubernetesCertificates {
    /// Of the scheduler.
    #[serde(serialize_with = "reveal")]
    pub scheduler_kubeconfig: Secret<String>,
    /// Of the controller manager.
    #[serde(serialize_with = "reveal")]
    pub controller_manager_kubeconfig: Secret<String>,
    /// Of the node, to its own API server.
    #[serde(serialize_with = "reveal")]
    pub localhost_admin_kubeconfig: Secret<String>,
    /// Of the node, to the endpoint of the cluster.
    #[serde(serialize_with = "reveal")]
    pub admin_kubeconfig: Secret<String>,
}

message!(KubernetesCertificates as "secrets.KubernetesCertsSpec" {
    4: scheduler_kubeconfig, 5: controller_manager_kubeconfig, 6: localhost_admin_kubeconfig,
    7: admin_kubeconfig,
});

impl KubernetesCertificates {
    /// The id of the only one.
    pub const ID: &str = "k8s-certs";
}

spec!(
    KubernetesCertificates,
    "KubernetesSecrets.secrets.talos.dev",
    namespace::SECRETS,
    Definition::new().sensitive()
);
