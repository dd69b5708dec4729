//! Certificates of Kubernetes that depend on names and addresses.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::CertificateAndKey, wire::message};

/// What the API server shows. The id is `k8s-dynamic-certs`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KubernetesDynamicCertificates {
    /// To its callers.
    pub api_server: Option<CertificateAndKey>,
    /// To kubelets.
    pub api_server_kubelet_client: Option<CertificateAndKey>,
    /// To API servers that it forwards to.
    pub front_proxy: Option<CertificateAndKey>,
}

message!(KubernetesDynamicCertificates as "secrets.KubernetesDynamicCertsSpec" {
    1: api_server, 2: api_server_kubelet_client, 3: front_proxy,
});

impl KubernetesDynamicCertificates {
    /// The id of the only one.
    pub const ID: &str = "k8s-dynamic-certs";
}

spec!(
    KubernetesDynamicCertificates,
    "KubernetesDynamicCerts.secrets.talos.dev",
    namespace::SECRETS,
    Definition::new().sensitive()
);
