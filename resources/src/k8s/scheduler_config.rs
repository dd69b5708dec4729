//! How the scheduler is to run.

use std::collections::BTreeMap;

use cosi::Definition;
use serde::Serialize;

use super::{ExtraVolume, Resources};
use crate::{
    namespace,
    spec::spec,
    value::{ExtraArgs, Object},
    wire::message,
};

/// The scheduler of a control plane. The id is `kube-scheduler`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SchedulerConfig {
    /// Whether it runs.
    pub enabled: bool,
    /// Its image.
    pub image: String,
    /// Further arguments.
    pub extra_args: ExtraArgs,
    /// Further folders of the host.
    pub extra_volumes: Vec<ExtraVolume>,
    /// Its environment.
    pub environment_variables: BTreeMap<String, String>,
    /// What it asks for and may use.
    pub resources: Resources,
    /// What is to be in its configuration beside ours.
    pub config: Object,
}

message!(SchedulerConfig as "k8s.SchedulerConfigSpec" {
    1: enabled, 2: image, 4: extra_volumes, 5: environment_variables, 6: resources, 7: config,
    8: extra_args,
});

impl SchedulerConfig {
    /// The id of the only one.
    pub const ID: &str = "kube-scheduler";
}

spec!(
    SchedulerConfig,
    "SchedulerConfigs.kubernetes.talos.dev",
    namespace::CONTROL_PLANE,
    Definition::new()
);
