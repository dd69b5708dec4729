//! The name of the node in Kubernetes.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The node's name. The id is `nodename`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Nodename {
    /// The name.
    pub nodename: String,
    /// Version of the host name that it was made from.
    pub hostname_version: String,
    /// Whether the node stays out of the cluster.
    pub skip_node_registration: bool,
}

message!(Nodename as "k8s.NodenameSpec" {
    1: nodename, 2: hostname_version, 3: skip_node_registration,
});

impl Nodename {
    /// The id of the only one.
    pub const ID: &str = "nodename";
}

spec!(
    Nodename,
    "Nodenames.kubernetes.talos.dev",
    namespace::K8S,
    Definition::new().columns(&[("Nodename", "{.nodename}")])
);
