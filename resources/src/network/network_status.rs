//! How far the network has come.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// Which parts of the network are ready. The id is `status`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the contract has them")]
pub struct NetworkStatus {
    /// Whether the node has an address.
    pub address_ready: bool,
    /// Whether the way out works.
    pub connectivity_ready: bool,
    /// Whether the node has a name.
    pub hostname_ready: bool,
    /// Whether `/etc/hosts` and `/etc/resolv.conf` are written.
    pub etc_files_ready: bool,
}

message!(NetworkStatus as "network.StatusSpec" {
    1: address_ready, 2: connectivity_ready, 3: hostname_ready, 4: etc_files_ready,
});

impl NetworkStatus {
    /// The id of the only one.
    pub const ID: &str = "status";
}

spec!(
    NetworkStatus,
    "NetworkStatuses.net.talos.dev",
    namespace::NETWORK,
    Definition::new().aliases(&["netstatus", "netstatuses"]).columns(&[
        ("Address", "{.addressReady}"),
        ("Connectivity", "{.connectivityReady}"),
        ("Hostname", "{.hostnameReady}"),
        ("Etc", "{.etcFilesReady}")
    ])
);
