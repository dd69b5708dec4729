//! Certificates of the API.

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::spec,
    value::{Certificate, CertificateAndKey},
    wire::message,
};

/// What apid shows and whom it believes. The id is `api`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiCertificates {
    /// Authorities whose certificates callers may show.
    #[serde(rename = "acceptedCAs")]
    pub accepted_cas: Vec<Certificate>,
    /// What the node shows to other nodes.
    pub client: Option<CertificateAndKey>,
    /// What the node shows to callers.
    pub server: Option<CertificateAndKey>,
    /// Whether callers need no certificate.
    pub skip_verifying_client_cert: bool,
}

message!(ApiCertificates as "secrets.APICertsSpec" {
    2: client, 3: server, 4: accepted_cas, 5: skip_verifying_client_cert,
});

impl ApiCertificates {
    /// The id of the only one.
    pub const ID: &str = "api";
}

spec!(
    ApiCertificates,
    "ApiCertificates.secrets.talos.dev",
    namespace::SECRETS,
    Definition::new().sensitive()
);
