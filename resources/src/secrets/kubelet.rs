//! How the kubelet gets into its cluster.

use cosi::Definition;
use serde::Serialize;
use types::Secret;

use crate::{
    namespace,
    spec::spec,
    value::{Certificate, Url, reveal},
    wire::message,
};

/// What the kubelet begins with. The id is `kubelet`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kubelet {
    /// Where it reaches the API server.
    pub endpoint: Option<Url>,
    /// Whom it believes to be that.
    #[serde(rename = "acceptedCAs")]
    pub accepted_cas: Vec<Certificate>,
    /// The public part of the token with which it asks for a certificate.
    #[serde(rename = "bootstrapTokenID")]
    pub bootstrap_token_id: String,
    /// The secret part.
    #[serde(serialize_with = "reveal")]
    pub bootstrap_token_secret: Secret<String>,
}

message!(Kubelet as "secrets.KubeletSpec" {
    1: endpoint, 3: bootstrap_token_id, 4: bootstrap_token_secret, 5: accepted_cas,
});

impl Kubelet {
    /// The id of the only one.
    pub const ID: &str = "kubelet";
}

spec!(
    Kubelet,
    "KubeletSecrets.secrets.talos.dev",
    namespace::SECRETS,
    Definition::new().sensitive()
);
