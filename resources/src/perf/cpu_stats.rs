//! Use of the processors, from `/proc/stat`.

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::{float, spec},
    wire::message,
};

/// Use of the processors since boot. The id is `latest`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CpuStats {
    /// Each processor.
    pub cpu: Vec<CpuStat>,
    /// All together.
    pub cpu_total: CpuStat,
    /// Interrupts.
    pub irq_total: u64,
    /// Context switches.
    pub context_switches: u64,
    /// Processes and threads started.
    pub process_created: u64,
    /// Those that run or could run now.
    pub process_running: u64,
    /// Those that wait for a device now.
    pub process_blocked: u64,
    /// Soft interrupts.
    pub soft_irq_total: u64,
}

message!(CpuStats as "perf.CPUSpec" {
    1: cpu, 2: cpu_total, 3: irq_total, 4: context_switches, 5: process_created, 6: process_running,
    7: process_blocked, 8: soft_irq_total,
});

impl CpuStats {
    /// The id of the only one.
    pub const ID: &str = "latest";
}

spec!(
    CpuStats,
    "CPUStats.perf.talos.dev",
    namespace::PERF,
    Definition::new().columns(&[("User", "{.cpuTotal.user}"), ("System", "{.cpuTotal.system}")])
);

/// Seconds that a processor spent.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CpuStat {
    /// In processes.
    #[serde(serialize_with = "float")]
    pub user: f64,
    /// In processes of low priority.
    #[serde(serialize_with = "float")]
    pub nice: f64,
    /// In the kernel.
    #[serde(serialize_with = "float")]
    pub system: f64,
    /// Idle.
    #[serde(serialize_with = "float")]
    pub idle: f64,
    /// Idle, with a process waiting for a device.
    #[serde(serialize_with = "float")]
    pub iowait: f64,
    /// In interrupts.
    #[serde(serialize_with = "float")]
    pub irq: f64,
    /// In soft interrupts.
    #[serde(serialize_with = "float")]
    pub soft_irq: f64,
    /// Waiting for the hypervisor.
    #[serde(serialize_with = "float")]
    pub steal: f64,
    /// In virtual machines, also counted in `user`.
    #[serde(serialize_with = "float")]
    pub guest: f64,
    /// In virtual machines of low priority, also counted in `nice`.
    #[serde(serialize_with = "float")]
    pub guest_nice: f64,
}

message!(CpuStat as "perf.CPUStat" {
    1: user, 2: nice, 3: system, 4: idle, 5: iowait, 6: irq, 7: soft_irq, 8: steal, 9: guest,
    10: guest_nice,
});
