//! Manifests that the configuration adds.

use std::collections::BTreeMap;

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// Further manifests. The id is `extra-manifests`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtraManifestsConfig {
    /// The manifests.
    pub extra_manifests: Vec<ExtraManifest>,
}

message!(ExtraManifestsConfig as "k8s.ExtraManifestsConfigSpec" { 1: extra_manifests });

impl ExtraManifestsConfig {
    /// The id of the only one.
    pub const ID: &str = "extra-manifests";
}

spec!(
    ExtraManifestsConfig,
    "ExtraManifestsConfigs.kubernetes.talos.dev",
    namespace::CONTROL_PLANE,
    Definition::new()
);

/// A manifest at a URL, or its text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtraManifest {
    /// Its name, or the URL.
    pub name: String,
    /// Where it is; empty for one whose text is here.
    pub url: String,
    /// Its place among the manifests, by the order of texts.
    pub priority: String,
    /// Headers of the request for it.
    pub extra_headers: BTreeMap<String, String>,
    /// Its text.
    pub inline_manifest: String,
}

message!(ExtraManifest as "k8s.ExtraManifest" {
    1: name, 2: url, 3: priority, 4: extra_headers, 5: inline_manifest,
});
