//! Certificates of the trust service.

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::spec,
    value::{Certificate, CertificateAndKey},
    wire::message,
};

/// What trustd shows. The id is `trustd`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TrustdCertificates {
    /// Authorities that are believed.
    #[serde(rename = "acceptedCAs")]
    pub accepted_cas: Vec<Certificate>,
    /// What it shows to workers.
    pub server: Option<CertificateAndKey>,
}

message!(TrustdCertificates as "secrets.TrustdCertsSpec" { 2: server, 3: accepted_cas });

impl TrustdCertificates {
    /// The id of the only one.
    pub const ID: &str = "trustd";
}

spec!(
    TrustdCertificates,
    "TrustdCertificates.secrets.talos.dev",
    namespace::SECRETS,
    Definition::new().sensitive()
);
