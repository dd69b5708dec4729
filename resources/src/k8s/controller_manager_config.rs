//! How the controller manager is to run.

use std::collections::BTreeMap;

use cosi::Definition;
use serde::Serialize;

use super::{ExtraVolume, Resources};
use crate::{namespace, spec::spec, value::ExtraArgs, wire::message};

/// The controller manager of a control plane. The id is `kube-controller-manager`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ControllerManagerConfig {
    /// Whether it runs.
    pub enabled: bool,
    /// Its image.
    pub image: String,
    /// The cloud that it knows; empty for none.
    pub cloud_provider: String,
    /// Networks of pods.
    #[serde(rename = "podCIDRs")]
    pub pod_cidrs: Vec<String>,
    /// Networks of services.
    #[serde(rename = "serviceCIDRs")]
    pub service_cidrs: Vec<String>,
    /// Further arguments.
    pub extra_args: ExtraArgs,
    /// Further folders of the host.
    pub extra_volumes: Vec<ExtraVolume>,
    /// Its environment.
    pub environment_variables: BTreeMap<String, String>,
    /// What it asks for and may use.
    pub resources: Resources,
}

message!(ControllerManagerConfig as "k8s.ControllerManagerConfigSpec" {
    1: enabled, 2: image, 3: cloud_provider, 4: pod_cidrs, 5: service_cidrs, 7: extra_volumes,
    8: environment_variables, 9: resources, 10: extra_args,
});

impl ControllerManagerConfig {
    /// The id of the only one.
    pub const ID: &str = "kube-controller-manager";
}

spec!(
    ControllerManagerConfig,
    "ControllerManagerConfigs.kubernetes.talos.dev",
    namespace::CONTROL_PLANE,
    Definition::new()
);
