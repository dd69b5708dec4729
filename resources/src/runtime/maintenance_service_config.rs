//! Where a machine without configuration can be reached.

use std::net::IpAddr;

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The API in maintenance mode. The id is `maintenance`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MaintenanceServiceConfig {
    /// Where it listens, `HOST:PORT`.
    pub listen_address: String,
    /// Addresses that an operator can use.
    pub reachable_addresses: Vec<IpAddr>,
}

message!(MaintenanceServiceConfig as "runtime.MaintenanceServiceConfigSpec" {
    1: listen_address, 2: reachable_addresses,
});

impl MaintenanceServiceConfig {
    /// The id of the only one.
    pub const ID: &str = "maintenance";
}

spec!(
    MaintenanceServiceConfig,
    "MaintenanceServiceConfigs.runtime.talos.dev",
    namespace::RUNTIME,
    Definition::new()
);
