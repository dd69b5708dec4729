//! Samples the use of processors and memory.
//!
//! reads    nothing
//! writes   `CpuStats` and `MemoryStats` `latest` in `perf`
//! touches  `/proc/stat`, `/proc/meminfo`
//!
//! The kernel tells nobody when these change, so they are read at an interval.

use std::time::Duration;

use cosi::{BoxError, Context, Controller, Declaration, exclusive};
use linux::proc::{self, Memory, Stat, Ticks};
use resources::namespace::PERF;
use resources::perf::{CpuStat, CpuStats, MemoryStats};

const DECLARATION: Declaration = Declaration {
    name: "perf.Stats",
    inputs: &[],
    outputs: &[exclusive::<CpuStats>(), exclusive::<MemoryStats>()],
};

/// How old a sample may be; a dashboard that shows more than one a half minute asks the API itself.
const INTERVAL: Duration = Duration::from_secs(30);
/// Clock ticks per second (USER_HZ).
const TICKS_PER_SECOND: f64 = 100.0;

/// The controller.
#[derive(Debug)]
pub(super) struct StatsController;

impl Controller for StatsController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        cx.put(PERF, CpuStats::ID, cpu(&proc::load_stat()?))?;
        cx.put(PERF, MemoryStats::ID, memory(&proc::load_memory()?))?;
        cx.requeue_after(INTERVAL);
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "2^53 ticks are three million years")]
fn seconds(ticks: u64) -> f64 {
    ticks as f64 / TICKS_PER_SECOND
}

fn one(ticks: &Ticks) -> CpuStat {
    CpuStat {
        user: seconds(ticks.user),
        nice: seconds(ticks.nice),
        system: seconds(ticks.system),
        idle: seconds(ticks.idle),
        iowait: seconds(ticks.iowait),
        irq: seconds(ticks.irq),
        soft_irq: seconds(ticks.soft_irq),
        steal: seconds(ticks.steal),
        guest: seconds(ticks.guest),
        guest_nice: seconds(ticks.guest_nice),
    }
}

fn cpu(stat: &Stat) -> CpuStats {
    CpuStats {
        cpu: stat.processors.iter().map(one).collect(),
        cpu_total: one(&stat.total),
        irq_total: stat.interrupts,
        context_switches: stat.context_switches,
        process_created: stat.processes_created,
        process_running: stat.processes_running,
        process_blocked: stat.processes_blocked,
        soft_irq_total: stat.soft_interrupts.total,
    }
}

/// In KiB, as the kernel gives them.
fn memory(memory: &Memory) -> MemoryStats {
    MemoryStats {
        total: memory.get("MemTotal"),
        used: memory.get("MemTotal").saturating_sub(memory.get("MemFree")),
        available: memory.get("MemAvailable"),
        buffers: memory.get("Buffers"),
        cached: memory.get("Cached"),
        swap_cached: memory.get("SwapCached"),
        active: memory.get("Active"),
        inactive: memory.get("Inactive"),
        active_anon: memory.get("Active(anon)"),
        inactive_anon: memory.get("Inactive(anon)"),
        active_file: memory.get("Active(file)"),
        inactive_file: memory.get("Inactive(file)"),
        unevictable: memory.get("Unevictable"),
        mlocked: memory.get("Mlocked"),
        swap_total: memory.get("SwapTotal"),
        swap_free: memory.get("SwapFree"),
        dirty: memory.get("Dirty"),
        writeback: memory.get("Writeback"),
        anon_pages: memory.get("AnonPages"),
        mapped: memory.get("Mapped"),
        shmem: memory.get("Shmem"),
        slab: memory.get("Slab"),
        sreclaimable: memory.get("SReclaimable"),
        sunreclaim: memory.get("SUnreclaim"),
        kernel_stack: memory.get("KernelStack"),
        page_tables: memory.get("PageTables"),
        nfsunstable: memory.get("NFS_Unstable"),
        bounce: memory.get("Bounce"),
        write_backtmp: memory.get("WritebackTmp"),
        commit_limit: memory.get("CommitLimit"),
        commit_tedas: memory.get("Committed_AS"),
        vmalloc_total: memory.get("VmallocTotal"),
        vmalloc_used: memory.get("VmallocUsed"),
        vmalloc_chunk: memory.get("VmallocChunk"),
        hardware_corrupted: memory.get("HardwareCorrupted"),
        anon_huge_pages: memory.get("AnonHugePages"),
        shmem_huge_pages: memory.get("ShmemHugePages"),
        shmem_pmd_mapped: memory.get("ShmemPmdMapped"),
        cma_total: memory.get("CmaTotal"),
        cma_free: memory.get("CmaFree"),
        huge_pages_total: memory.get("HugePages_Total"),
        huge_pages_free: memory.get("HugePages_Free"),
        huge_pages_rsvd: memory.get("HugePages_Rsvd"),
        huge_pages_surp: memory.get("HugePages_Surp"),
        hugepagesize: memory.get("Hugepagesize"),
        direct_map4k: memory.get("DirectMap4k"),
        direct_map2m: memory.get("DirectMap2M"),
        direct_map1g: memory.get("DirectMap1G"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn used_is_what_is_not_free() {
        let text = "MemTotal: 100 kB\nMemFree: 40 kB\nMemAvailable: 60 kB\n";
        let stats = memory(&proc::parse_memory(text));
        assert_eq!((stats.total, stats.used, stats.available), (100, 60, 60));
    }

    #[test]
    fn ticks_are_seconds() {
        let stat = proc::load_stat().expect("readable");
        let stats = cpu(&stat);
        assert_eq!(stats.cpu.len(), stat.processors.len());
        assert!((stats.cpu_total.user - seconds(stat.total.user)).abs() < f64::EPSILON);
    }
}
