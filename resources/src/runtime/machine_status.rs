//! How far the machine has come.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::choices, wire::message};

choices! {
    /// What the machine is doing.
    pub enum MachineStage {
        Unknown = 0 "unknown",
        Booting = 1 "booting",
        Installing = 2 "installing",
        Maintenance = 3 "maintenance",
        Running = 4 "running",
        Rebooting = 5 "rebooting",
        ShuttingDown = 6 "shutting down",
        Resetting = 7 "resetting",
        Upgrading = 8 "upgrading",
    }
}

/// The state of the machine. The id is `machine`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MachineStatus {
    /// What the machine is doing.
    pub stage: MachineStage,
    /// Whether it is ready.
    pub status: Readiness,
}

message!(MachineStatus as "runtime.MachineStatusSpec" { 1: stage, 2: status });

impl MachineStatus {
    /// The id of the only one.
    pub const ID: &str = "machine";
}

spec!(
    MachineStatus,
    "MachineStatuses.runtime.talos.dev",
    namespace::RUNTIME,
    Definition::new().columns(&[("Stage", "{.stage}"), ("Ready", "{.status.ready}")])
);

/// Whether the machine is ready, and what is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
    /// Whether nothing is missing.
    pub ready: bool,
    /// What is missing.
    pub unmet_conditions: Vec<UnmetCondition>,
}

message!(Readiness as "runtime.MachineStatusStatus" { 1: ready, 2: unmet_conditions });

/// Something that the machine waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UnmetCondition {
    /// What.
    pub name: String,
    /// Why it is not there.
    pub reason: String,
}

message!(UnmetCondition as "runtime.UnmetCondition" { 1: name, 2: reason });
