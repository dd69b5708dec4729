//! Kernel modules that are loaded.

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::{empty, spec},
    wire::message,
};

/// A loaded kernel module. The id is its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadedKernelModule {
    /// Memory in bytes.
    pub size: i64,
    /// How many use it.
    pub reference_count: i64,
    /// Modules that it uses.
    #[serde(skip_serializing_if = "empty")]
    pub dependencies: Vec<String>,
    /// `Live`, `Loading` or `Unloading`.
    pub state: String,
    /// Where it is in memory; all zeros for those who may not know.
    pub address: String,
}

message!(LoadedKernelModule as "runtime.LoadedKernelModuleSpec" {
    1: size, 2: reference_count, 3: dependencies, 4: state, 5: address,
});

spec!(
    LoadedKernelModule,
    "LoadedKernelModules.runtime.talos.dev",
    namespace::RUNTIME,
    Definition::new().aliases(&["module", "modules"]).columns(&[("State", "{.state}")])
);
