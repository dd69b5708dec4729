//! Time servers that a node is to ask.

use cosi::Definition;
use serde::Serialize;

use super::ConfigLayer;
use crate::{namespace, spec::spec, wire::message};

/// Time servers for the node. The id is `timeservers`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TimeServerSpec {
    /// Names or addresses.
    pub time_servers: Vec<String>,
    /// Who wants them.
    pub layer: ConfigLayer,
}

message!(TimeServerSpec as "network.TimeServerSpecSpec" { 1: time_servers, 2: layer });

impl TimeServerSpec {
    /// The id of the only one.
    pub const ID: &str = "timeservers";
}

spec!(TimeServerSpec, "TimeServerSpecs.net.talos.dev", namespace::NETWORK, Definition::new());
