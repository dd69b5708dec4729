//! The authority of etcd.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::CertificateAndKey, wire::message};

/// Who signs for etcd. The id is `etcd`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct EtcdRoot {
    /// The authority.
    #[serde(rename = "etcdCA")]
    pub etcd_ca: Option<CertificateAndKey>,
}

message!(EtcdRoot as "secrets.EtcdRootSpec" { 1: etcd_ca });

impl EtcdRoot {
    /// The id of the only one.
    pub const ID: &str = "etcd";
}

spec!(
    EtcdRoot,
    "EtcdRootSecrets.secrets.talos.dev",
    namespace::SECRETS,
    Definition::new().sensitive()
);
