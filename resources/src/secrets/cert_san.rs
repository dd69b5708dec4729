//! Names that a certificate is to be valid for.

use std::net::IpAddr;

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// Names for a certificate. The ids are `api`, `maintenance`, `k8s`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CertSan {
    /// Addresses.
    pub ips: Vec<IpAddr>,
    /// Names.
    pub dns_names: Vec<String>,
    /// The node's own name, with domain; the subject.
    pub fqdn: String,
}

message!(CertSan as "secrets.CertSANSpec" { 1: ips, 2: dns_names, 3: fqdn });

spec!(CertSan, "CertSANs.secrets.talos.dev", namespace::SECRETS, Definition::new().sensitive());
