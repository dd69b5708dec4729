//! The name that a node is to have.

use cosi::Definition;
use serde::Serialize;

use super::ConfigLayer;
use crate::{namespace, spec::spec, wire::message};

/// A name for the node. The id is `hostname`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HostnameSpec {
    /// The name without domain.
    pub hostname: String,
    /// The domain.
    pub domainname: String,
    /// Who wants the name.
    pub layer: ConfigLayer,
}

message!(HostnameSpec as "network.HostnameSpecSpec" { 1: hostname, 2: domainname, 3: layer });

impl HostnameSpec {
    /// The id of the only one.
    pub const ID: &str = "hostname";
}

spec!(HostnameSpec, "HostnameSpecs.net.talos.dev", namespace::NETWORK, Definition::new());
