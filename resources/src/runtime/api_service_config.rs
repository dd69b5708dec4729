//! How the API is served.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// What apid does. The id is `apid`. In maintenance mode the three switches are all on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiServiceConfig {
    /// Where it listens, `HOST:PORT`; an empty host is every address.
    pub listen_address: String,
    /// Whether requests for other nodes are refused.
    pub node_routing_disabled: bool,
    /// Whether every caller may read and nobody may do more.
    pub readonly_role_mode: bool,
    /// Whether callers need no certificate.
    pub skip_verifying_client_cert: bool,
}

message!(ApiServiceConfig as "runtime.APIServiceConfigSpec" {
    1: listen_address, 2: node_routing_disabled, 3: readonly_role_mode,
    4: skip_verifying_client_cert,
});

impl ApiServiceConfig {
    /// The id of the only one.
    pub const ID: &str = "apid";
}

spec!(
    ApiServiceConfig,
    "APIServiceConfigs.runtime.talos.dev",
    namespace::RUNTIME,
    Definition::new()
);
