//! The authority of the operating system.

use std::net::IpAddr;

use cosi::Definition;
use serde::Serialize;
use types::Secret;

use crate::{
    namespace,
    spec::spec,
    value::{Certificate, CertificateAndKey, reveal},
    wire::message,
};

/// Who signs for the API, and whom it believes. The id is `os`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OsRoot {
    /// The authority that signs; a worker has none.
    #[serde(rename = "issuingCA")]
    pub issuing_ca: Option<CertificateAndKey>,
    /// All authorities that are believed.
    #[serde(rename = "acceptedCAs")]
    pub accepted_cas: Vec<Certificate>,
    /// Addresses that the configuration adds to the API's certificate.
    #[serde(rename = "certSANIPs")]
    pub cert_san_ips: Vec<IpAddr>,
    /// Names that it adds.
    #[serde(rename = "certSANDNSNames")]
    pub cert_san_dns_names: Vec<String>,
    /// What a worker shows to get a certificate.
    #[serde(serialize_with = "reveal")]
    pub token: Secret<String>,
}

message!(OsRoot as "secrets.OSRootSpec" {
    1: issuing_ca, 2: cert_san_ips, 3: cert_san_dns_names, 4: token, 5: accepted_cas,
});

impl OsRoot {
    /// The id of the only one.
    pub const ID: &str = "os";
}

spec!(OsRoot, "OSRootSecrets.secrets.talos.dev", namespace::SECRETS, Definition::new().sensitive());
