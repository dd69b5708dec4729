//! Time servers that a node asks.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The node's time servers. The id is `timeservers`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TimeServerStatus {
    /// Names or addresses.
    pub time_servers: Vec<String>,
}

message!(TimeServerStatus as "network.TimeServerStatusSpec" { 1: time_servers });

impl TimeServerStatus {
    /// The id of the only one.
    pub const ID: &str = "timeservers";
}

spec!(
    TimeServerStatus,
    "TimeServerStatuses.net.talos.dev",
    namespace::NETWORK,
    Definition::new()
        .aliases(&["timeserver", "timeservers"])
        .columns(&[("Timeservers", "{.timeServers}")])
);
