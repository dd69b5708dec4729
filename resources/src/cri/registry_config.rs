//! Registries of images: mirrors, passwords, authorities.

use std::collections::BTreeMap;

use cosi::Definition;
use serde::Serialize;
use types::Secret;

use crate::{
    namespace,
    spec::{empty, spec},
    value::{CertificateAndKey, base64, reveal},
    wire::message,
};

/// How registries are reached. The id is `registries`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RegistryConfig {
    /// Who is asked in place of a registry, by its host.
    #[serde(skip_serializing_if = "empty")]
    pub mirrors: BTreeMap<String, RegistryMirror>,
    /// Who we are to a registry, by its host.
    #[serde(skip_serializing_if = "empty")]
    pub auths: BTreeMap<String, RegistryAuth>,
    /// Whom we believe, by the host.
    #[serde(skip_serializing_if = "empty")]
    pub tls: BTreeMap<String, RegistryTls>,
}

message!(RegistryConfig as "cri.RegistriesConfigSpec" { 1: mirrors, 2: auths, 3: tls });

impl RegistryConfig {
    /// The id of the only one.
    pub const ID: &str = "registries";
}

spec!(
    RegistryConfig,
    "RegistryConfigs.cri.talos.dev",
    namespace::CRI,
    Definition::new().sensitive()
);

/// Who is asked in place of a registry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistryMirror {
    /// The mirrors, the first asked first.
    pub endpoints: Vec<RegistryEndpoint>,
    /// Whether the registry itself is never asked.
    #[serde(skip_serializing_if = "empty")]
    pub skip_fallback: bool,
}

message!(RegistryMirror as "cri.RegistryMirrorConfig" { 1: endpoints, 3: skip_fallback });

/// A mirror.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistryEndpoint {
    /// Its URL.
    pub endpoint: String,
    /// Whether the URL has the path of the API already.
    pub override_path: bool,
}

message!(RegistryEndpoint as "cri.RegistryEndpointConfig" { 1: endpoint, 2: override_path });

/// Who we are to a registry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistryAuth {
    /// Name.
    #[serde(skip_serializing_if = "empty")]
    pub username: String,
    /// Password.
    #[serde(skip_serializing_if = "empty", serialize_with = "reveal")]
    pub password: Secret<String>,
    /// Name and password in one, base64.
    #[serde(skip_serializing_if = "empty", serialize_with = "reveal")]
    pub auth: Secret<String>,
    /// A token in place of both.
    #[serde(skip_serializing_if = "empty", serialize_with = "reveal")]
    pub identity_token: Secret<String>,
}

message!(RegistryAuth as "cri.RegistryAuthConfig" {
    1: username, 2: password, 3: auth, 4: identity_token,
});

/// Whom we believe to be a registry, and what we show it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistryTls {
    /// What we show.
    #[serde(skip_serializing_if = "empty")]
    pub client_identity: Option<CertificateAndKey>,
    /// Authorities that we believe, PEM.
    #[serde(skip_serializing_if = "empty", serialize_with = "base64")]
    pub ca: String,
    /// Whether we believe anybody.
    #[serde(skip_serializing_if = "empty")]
    pub insecure_skip_verify: bool,
}

message!(RegistryTls as "cri.RegistryTLSConfig" {
    1: client_identity, 2: ca, 3: insecure_skip_verify,
});
