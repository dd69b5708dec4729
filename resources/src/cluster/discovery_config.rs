//! How members of the cluster are found.

use cosi::Definition;
use serde::Serialize;
use types::Secret;

use crate::{
    namespace,
    spec::{empty, spec},
    value::reveal_base64,
    wire::message,
};

/// Settings of discovery. The id is `cluster`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the contract has them")]
pub struct DiscoveryConfig {
    /// Whether members are looked for.
    pub discovery_enabled: bool,
    /// Whether in Kubernetes.
    pub registry_kubernetes_enabled: bool,
    /// Whether at a service.
    pub registry_service_enabled: bool,
    /// The service, `HOST:PORT`.
    pub service_endpoint: String,
    /// Whether the service is spoken to without TLS.
    #[serde(skip_serializing_if = "empty")]
    pub service_endpoint_insecure: bool,
    /// Key of what the service is given, 32 bytes.
    #[serde(serialize_with = "reveal_base64")]
    pub service_encryption_key: Secret<Vec<u8>>,
    /// Number of the cluster.
    #[serde(rename = "serviceClusterID")]
    pub service_cluster_id: String,
}

message!(DiscoveryConfig as "cluster.ConfigSpec" {
    1: discovery_enabled, 2: registry_kubernetes_enabled, 3: registry_service_enabled,
    4: service_endpoint, 5: service_endpoint_insecure, 6: service_encryption_key,
    7: service_cluster_id,
});

impl DiscoveryConfig {
    /// The id of the only one.
    pub const ID: &str = "cluster";
}

spec!(
    DiscoveryConfig,
    "DiscoveryConfigs.cluster.talos.dev",
    namespace::CONFIG,
    Definition::new().sensitive()
);
