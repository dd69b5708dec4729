//! The authorities and keys of Kubernetes.

use std::net::IpAddr;

use cosi::Definition;
use serde::Serialize;
use types::Secret;

use crate::{
    namespace,
    spec::spec,
    value::{Certificate, CertificateAndKey, Key, Url, reveal},
    wire::message,
};

/// Who signs for Kubernetes, and for whom. The id is `k8s`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KubernetesRoot {
    /// Name of the cluster.
    pub name: String,
    /// Where the cluster is reached.
    pub endpoint: Option<Url>,
    /// Where the node reaches it.
    #[serde(rename = "local_endpoint")]
    pub local_endpoint: Option<Url>,
    /// Names and addresses of the API server beside its own.
    #[serde(rename = "certSANs")]
    pub cert_sans: Vec<String>,
    /// Its addresses among the services.
    #[serde(rename = "apiServerIPs")]
    pub api_server_ips: Vec<IpAddr>,
    /// Domain of the cluster.
    pub dns_domain: String,
    /// The authority that signs.
    #[serde(rename = "issuingCA")]
    pub issuing_ca: Option<CertificateAndKey>,
    /// All authorities that are believed.
    #[serde(rename = "acceptedCAs")]
    pub accepted_cas: Vec<Certificate>,
    /// Signs tokens of service accounts.
    pub service_account: Option<Key>,
    /// The authority of API servers that ours forwards to.
    #[serde(rename = "aggregatorCA")]
    pub aggregator_ca: Option<CertificateAndKey>,
    /// Key of secrets in etcd, old kind, base64; empty for none.
    #[serde(rename = "aesCBCEncryptionSecret", serialize_with = "reveal")]
    pub aes_cbc_encryption_secret: Secret<String>,
    /// The public part of the token with which kubelets ask for certificates.
    #[serde(rename = "bootstrapTokenID")]
    pub bootstrap_token_id: String,
    /// The secret part.
    #[serde(serialize_with = "reveal")]
    pub bootstrap_token_secret: Secret<String>,
    /// Key of secrets in etcd, base64; empty for none.
    #[serde(serialize_with = "reveal")]
    pub secretbox_encryption_secret: Secret<String>,
}

message!(KubernetesRoot as "secrets.KubernetesRootSpec" {
    1: name, 2: endpoint, 3: local_endpoint, 4: cert_sans, 6: dns_domain, 7: issuing_ca,
    8: service_account, 9: aggregator_ca, 10: aes_cbc_encryption_secret, 11: bootstrap_token_id,
    12: bootstrap_token_secret, 13: secretbox_encryption_secret, 14: api_server_ips,
    15: accepted_cas,
});

impl KubernetesRoot {
    /// The id of the only one.
    pub const ID: &str = "k8s";
}

spec!(
    KubernetesRoot,
    "KubernetesRootSecrets.secrets.talos.dev",
    namespace::SECRETS,
    Definition::new().sensitive()
);
