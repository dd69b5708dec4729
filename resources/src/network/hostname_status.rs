//! The name that a node has.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The node's name. The id is `hostname`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HostnameStatus {
    /// The name without domain.
    pub hostname: String,
    /// The domain.
    pub domainname: String,
}

message!(HostnameStatus as "network.HostnameStatusSpec" { 1: hostname, 2: domainname });

impl HostnameStatus {
    /// The id of the only one.
    pub const ID: &str = "hostname";
}

spec!(
    HostnameStatus,
    "HostnameStatuses.net.talos.dev",
    namespace::NETWORK,
    Definition::new()
        .aliases(&["hostname"])
        .columns(&[("Hostname", "{.hostname}"), ("Domainname", "{.domainname}")])
);
