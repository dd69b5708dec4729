//! Whether pods may use the machine API.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// Which pods get which roles. The id is `config`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KubernetesAccessConfig {
    /// Whether any do.
    pub enabled: bool,
    /// Roles that they may ask for.
    #[serde(rename = "allowedAPIRoles")]
    pub allowed_api_roles: Vec<String>,
    /// Namespaces of pods that may ask.
    pub allowed_kubernetes_namespaces: Vec<String>,
}

message!(KubernetesAccessConfig as "kubeaccess.ConfigSpec" {
    1: enabled, 2: allowed_api_roles, 3: allowed_kubernetes_namespaces,
});

impl KubernetesAccessConfig {
    /// The id of the only one.
    pub const ID: &str = "config";
}

spec!(
    KubernetesAccessConfig,
    "KubernetesAccessConfigs.cluster.talos.dev",
    namespace::CONFIG,
    Definition::new()
);
