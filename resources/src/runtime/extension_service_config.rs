//! Files and environment of services that extensions add.

use cosi::Definition;
use serde::Serialize;
use types::Secret;

use crate::{
    namespace,
    spec::{empty, spec},
    value::reveal,
    wire::message,
};

/// What a service is given. The id is the service's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExtensionServiceConfig {
    /// Files.
    #[serde(skip_serializing_if = "empty")]
    pub files: Vec<ExtensionServiceFile>,
    /// `NAME=VALUE` each.
    #[serde(skip_serializing_if = "empty")]
    pub environment: Vec<String>,
}

message!(ExtensionServiceConfig as "runtime.ExtensionServiceConfigSpec" {
    1: files, 2: environment,
});

spec!(
    ExtensionServiceConfig,
    "ExtensionServiceConfigs.runtime.talos.dev",
    namespace::RUNTIME,
    Definition::new().sensitive()
);

/// A file for a service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtensionServiceFile {
    /// What is in it.
    #[serde(serialize_with = "reveal")]
    pub content: Secret<String>,
    /// Where the service finds it.
    pub mount_path: String,
}

message!(ExtensionServiceFile as "runtime.ExtensionServiceConfigFile" {
    1: content, 2: mount_path,
});
