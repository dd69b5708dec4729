//! Which addresses the kubelet may name.

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::{empty, spec},
    wire::message,
};

/// How the node's addresses are chosen. The id is `kubelet`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeIpConfig {
    /// Networks that they are in; empty for any.
    #[serde(skip_serializing_if = "empty")]
    pub valid_subnets: Vec<String>,
    /// Networks that they are not in.
    pub exclude_subnets: Vec<String>,
}

message!(NodeIpConfig as "k8s.NodeIPConfigSpec" { 1: valid_subnets, 2: exclude_subnets });

impl NodeIpConfig {
    /// The id of the only one.
    pub const ID: &str = "kubelet";
}

spec!(NodeIpConfig, "NodeIPConfigs.kubernetes.talos.dev", namespace::K8S, Definition::new());
