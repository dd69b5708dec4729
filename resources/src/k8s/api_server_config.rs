//! How the API server is to run.

use std::collections::BTreeMap;

use cosi::Definition;
use serde::Serialize;

use super::{ExtraVolume, Resources};
use crate::{namespace, spec::spec, value::ExtraArgs, wire::message};

/// The API server of a control plane. The id is `kube-apiserver`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiServerConfig {
    /// Its image.
    pub image: String,
    /// The cloud that it knows; empty for none, `external` when somebody else does.
    pub cloud_provider: String,
    /// Where the cluster is reached: issuer and audience of its tokens.
    pub control_plane_endpoint: String,
    /// Members of etcd beside those that are found.
    pub etcd_servers: Vec<String>,
    /// Port that it listens on.
    pub local_port: i64,
    /// Networks of services.
    #[serde(rename = "serviceCIDR")]
    pub service_cidrs: Vec<String>,
    /// Further arguments.
    pub extra_args: ExtraArgs,
    /// Further folders of the host.
    pub extra_volumes: Vec<ExtraVolume>,
    /// Its environment.
    pub environment_variables: BTreeMap<String, String>,
    /// The address that it names to others; empty for its own choice.
    pub advertised_address: String,
    /// What it asks for and may use.
    pub resources: Resources,
}

message!(ApiServerConfig as "k8s.APIServerConfigSpec" {
    1: image, 2: cloud_provider, 3: control_plane_endpoint, 4: etcd_servers, 5: local_port,
    6: service_cidrs, 8: extra_volumes, 9: environment_variables, 11: advertised_address,
    12: resources, 13: extra_args,
});

impl ApiServerConfig {
    /// The id of the only one.
    pub const ID: &str = "kube-apiserver";
}

spec!(
    ApiServerConfig,
    "APIServerConfigs.kubernetes.talos.dev",
    namespace::CONTROL_PLANE,
    Definition::new().sensitive()
);
