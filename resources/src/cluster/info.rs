//! The cluster that the node belongs to.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The cluster. The id is `current`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Info {
    /// Number of the cluster, base64.
    pub cluster_id: String,
    /// Its name.
    pub cluster_name: String,
}

message!(Info as "cluster.InfoSpec" { 1: cluster_id, 2: cluster_name });

impl Info {
    /// The id of the only one.
    pub const ID: &str = "current";
}

spec!(
    Info,
    "Infos.cluster.talos.dev",
    namespace::CLUSTER,
    Definition::new()
        .columns(&[("Cluster ID", "{.clusterId}"), ("Cluster Name", "{.clusterName}")])
);
