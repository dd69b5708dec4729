//! What the platform says about the machine.

use std::collections::BTreeMap;

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::{empty, spec},
    wire::message,
};

/// The machine as its platform knows it. The id is `platformmetadata`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformMetadata {
    /// The platform, as `metal`.
    #[serde(skip_serializing_if = "empty")]
    pub platform: String,
    /// The machine's name.
    #[serde(skip_serializing_if = "empty")]
    pub hostname: String,
    /// The region.
    #[serde(skip_serializing_if = "empty")]
    pub region: String,
    /// The zone.
    #[serde(skip_serializing_if = "empty")]
    pub zone: String,
    /// The kind of machine.
    #[serde(skip_serializing_if = "empty")]
    pub instance_type: String,
    /// The machine's number.
    #[serde(skip_serializing_if = "empty")]
    pub instance_id: String,
    /// The machine's name for Kubernetes.
    #[serde(skip_serializing_if = "empty")]
    pub provider_id: String,
    /// Whether the machine may be taken away at any time.
    #[serde(skip_serializing_if = "empty")]
    pub spot: bool,
    /// Its name inside the platform.
    #[serde(rename = "internalDNS", skip_serializing_if = "empty")]
    pub internal_dns: String,
    /// Its name outside.
    #[serde(rename = "externalDNS", skip_serializing_if = "empty")]
    pub external_dns: String,
    /// What its owner attached.
    #[serde(skip_serializing_if = "empty")]
    pub tags: BTreeMap<String, String>,
}

message!(PlatformMetadata as "runtime.PlatformMetadataSpec" {
    1: platform, 2: hostname, 3: region, 4: zone, 5: instance_type, 6: instance_id, 7: provider_id,
    8: spot, 9: internal_dns, 10: external_dns, 11: tags,
});

impl PlatformMetadata {
    /// The id of the only one.
    pub const ID: &str = "platformmetadata";
}

spec!(
    PlatformMetadata,
    "PlatformMetadatas.talos.dev",
    namespace::RUNTIME,
    Definition::new().columns(&[
        ("Platform", "{.platform}"),
        ("Type", "{.instanceType}"),
        ("Region", "{.region}"),
        ("Zone", "{.zone}")
    ])
);
