//! What the configuration says of etcd.

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::{empty, spec},
    value::ExtraArgs,
    wire::message,
};

/// Settings of etcd. The id is `etcd`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EtcdConfig {
    /// Networks of the addresses that it names to others; empty for any.
    #[serde(skip_serializing_if = "empty")]
    pub advertise_valid_subnets: Vec<String>,
    /// Networks of addresses that it does not name.
    pub advertise_exclude_subnets: Vec<String>,
    /// Networks of the addresses that it listens on; empty for all addresses.
    #[serde(skip_serializing_if = "empty")]
    pub listen_valid_subnets: Vec<String>,
    /// Networks of addresses that it does not listen on.
    pub listen_exclude_subnets: Vec<String>,
    /// Its image.
    pub image: String,
    /// Further arguments.
    pub extra_args: ExtraArgs,
}

message!(EtcdConfig as "etcd.ConfigSpec" {
    1: advertise_valid_subnets, 2: advertise_exclude_subnets, 3: image, 5: listen_valid_subnets,
    6: listen_exclude_subnets, 7: extra_args,
});

impl EtcdConfig {
    /// The id of the only one.
    pub const ID: &str = "etcd";
}

spec!(
    EtcdConfig,
    "EtcdConfigs.etcd.talos.dev",
    namespace::ETCD,
    Definition::new().columns(&[("Image", "{.image}")])
);
