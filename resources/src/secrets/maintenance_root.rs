//! The authority of maintenance mode.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::CertificateAndKey, wire::message};

/// An authority that lives until the next boot. The id is `maintenance`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MaintenanceRoot {
    /// The authority.
    pub ca: Option<CertificateAndKey>,
}

message!(MaintenanceRoot as "secrets.MaintenanceRootSpec" { 1: ca });

impl MaintenanceRoot {
    /// The id of the only one.
    pub const ID: &str = "maintenance";
}

spec!(
    MaintenanceRoot,
    "MaintenanceRootSecrets.secrets.talos.dev",
    namespace::SECRETS,
    Definition::new().sensitive()
);
