//! Certificates of etcd.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::CertificateAndKey, wire::message};

/// What etcd and its clients show. The id is `etcd`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EtcdCertificates {
    /// Of etcd, to clients.
    pub etcd: Option<CertificateAndKey>,
    /// Of etcd, to other members.
    pub etcd_peer: Option<CertificateAndKey>,
    /// Of the node, to etcd.
    pub etcd_admin: Option<CertificateAndKey>,
    /// Of the API server, to etcd.
    #[serde(rename = "etcdAPIServer")]
    pub etcd_api_server: Option<CertificateAndKey>,
}

message!(EtcdCertificates as "secrets.EtcdCertsSpec" {
    1: etcd, 2: etcd_peer, 3: etcd_admin, 4: etcd_api_server,
});

impl EtcdCertificates {
    /// The id of the only one.
    pub const ID: &str = "etcd";
}

spec!(
    EtcdCertificates,
    "EtcdSecrets.secrets.talos.dev",
    namespace::SECRETS,
    Definition::new().sensitive()
);
