//! Which plugins check what is written to Kubernetes.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::Object, wire::message};

/// Plugins of the API server. The id is `admission-control`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AdmissionControlConfig {
    /// The plugins, in the order of the configuration.
    pub config: Vec<AdmissionPlugin>,
}

message!(AdmissionControlConfig as "k8s.AdmissionControlConfigSpec" { 1: config });

impl AdmissionControlConfig {
    /// The id of the only one.
    pub const ID: &str = "admission-control";
}

spec!(
    AdmissionControlConfig,
    "AdmissionControlConfigs.kubernetes.talos.dev",
    namespace::CONTROL_PLANE,
    Definition::new()
);

/// A plugin and its settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AdmissionPlugin {
    /// Its name in Kubernetes.
    pub name: String,
    /// What its file is to hold.
    pub configuration: Object,
}

message!(AdmissionPlugin as "k8s.AdmissionPluginSpec" { 1: name, 2: configuration });
