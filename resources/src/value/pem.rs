//! Certificates and keys: PEM text in protobuf, in YAML the base64 of that text.

use base64::{Engine, display::Base64Display, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer};
use types::Secret;

use crate::wire::message;

/// A certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// PEM.
    #[serde(serialize_with = "base64")]
    pub crt: String,
}

message!(Certificate as ".common.PEMEncodedCertificate" { 1: crt });

/// A certificate and its private key. An authority whose key is elsewhere has an empty one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CertificateAndKey {
    /// PEM.
    #[serde(serialize_with = "base64")]
    pub crt: String,
    /// PEM; empty when the node does not have it.
    #[serde(serialize_with = "base64_secret")]
    pub key: Secret<String>,
}

message!(CertificateAndKey as ".common.PEMEncodedCertificateAndKey" { 1: crt, 2: key });

impl CertificateAndKey {
    /// A certificate and its key, both PEM.
    #[must_use]
    pub fn new(crt: String, key: String) -> Self {
        Self { crt, key: Secret::new(key) }
    }
}

/// A private key, or a pair of keys, without a certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Key {
    /// PEM.
    #[serde(serialize_with = "base64_secret")]
    pub key: Secret<String>,
}

message!(Key as ".common.PEMEncodedKey" { 1: key });

pub(crate) fn base64<S: Serializer>(pem: &String, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&Base64Display::new(pem.as_bytes(), &STANDARD))
}

fn base64_secret<S: Serializer>(pem: &Secret<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(Secret::new(STANDARD.encode(pem.expose())).expose())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_in_the_yaml_and_in_no_log() {
        let pair = CertificateAndKey::new("CERT".into(), "KEY".into());
        assert_eq!(crate::spec::yaml(&pair), "crt: Q0VSVA==\nkey: S0VZ\n");
        assert!(!format!("{pair:?}").contains("KEY"));
    }
}
