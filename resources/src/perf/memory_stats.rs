//! Use of memory, from `/proc/meminfo`.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// Use of memory in the kernel's kibibytes, huge pages in pages. The id is `latest`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemoryStats {
    /// `MemTotal`
    pub total: u64,
    /// `MemTotal` less `MemFree`
    pub used: u64,
    /// `MemAvailable`
    pub available: u64,
    /// `Buffers`
    pub buffers: u64,
    /// `Cached`
    pub cached: u64,
    /// `SwapCached`
    pub swap_cached: u64,
    /// `Active`
    pub active: u64,
    /// `Inactive`
    pub inactive: u64,
    /// `Active(anon)`
    pub active_anon: u64,
    /// `Inactive(anon)`
    pub inactive_anon: u64,
    /// `Active(file)`
    pub active_file: u64,
    /// `Inactive(file)`
    pub inactive_file: u64,
    /// `Unevictable`
    pub unevictable: u64,
    /// `Mlocked`
    pub mlocked: u64,
    /// `SwapTotal`
    pub swap_total: u64,
    /// `SwapFree`
    pub swap_free: u64,
    /// `Dirty`
    pub dirty: u64,
    /// `Writeback`
    pub writeback: u64,
    /// `AnonPages`
    pub anon_pages: u64,
    /// `Mapped`
    pub mapped: u64,
    /// `Shmem`
    pub shmem: u64,
    /// `Slab`
    pub slab: u64,
    /// `SReclaimable`
    pub sreclaimable: u64,
    /// `SUnreclaim`
    pub sunreclaim: u64,
    /// `KernelStack`
    pub kernel_stack: u64,
    /// `PageTables`
    pub page_tables: u64,
    /// `NFS_Unstable`
    pub nfsunstable: u64,
    /// `Bounce`
    pub bounce: u64,
    /// `WritebackTmp`
    pub write_backtmp: u64,
    /// `CommitLimit`
    pub commit_limit: u64,
    /// `Committed_AS`; the name is the contract's
    pub commit_tedas: u64,
    /// `VmallocTotal`
    pub vmalloc_total: u64,
    /// `VmallocUsed`
    pub vmalloc_used: u64,
    /// `VmallocChunk`
    pub vmalloc_chunk: u64,
    /// `HardwareCorrupted`
    pub hardware_corrupted: u64,
    /// `AnonHugePages`
    pub anon_huge_pages: u64,
    /// `ShmemHugePages`
    pub shmem_huge_pages: u64,
    /// `ShmemPmdMapped`
    pub shmem_pmd_mapped: u64,
    /// `CmaTotal`
    pub cma_total: u64,
    /// `CmaFree`
    pub cma_free: u64,
    /// `HugePages_Total`
    pub huge_pages_total: u64,
    /// `HugePages_Free`
    pub huge_pages_free: u64,
    /// `HugePages_Rsvd`
    pub huge_pages_rsvd: u64,
    /// `HugePages_Surp`
    pub huge_pages_surp: u64,
    /// `Hugepagesize`
    pub hugepagesize: u64,
    /// `DirectMap4k`
    pub direct_map4k: u64,
    /// `DirectMap2M`
    pub direct_map2m: u64,
    /// `DirectMap1G`
    pub direct_map1g: u64,
}

message!(MemoryStats as "perf.MemorySpec" {
    1: total, 2: used, 3: available, 4: buffers, 5: cached, 6: swap_cached, 7: active, 8: inactive,
    9: active_anon, 10: inactive_anon, 11: active_file, 12: inactive_file, 13: unevictable,
    14: mlocked, 15: swap_total, 16: swap_free, 17: dirty, 18: writeback, 19: anon_pages,
    20: mapped, 21: shmem, 22: slab, 23: sreclaimable, 24: sunreclaim, 25: kernel_stack,
    26: page_tables, 27: nfsunstable, 28: bounce, 29: write_backtmp, 30: commit_limit,
    31: commit_tedas, 32: vmalloc_total, 33: vmalloc_used, 34: vmalloc_chunk,
    35: hardware_corrupted, 36: anon_huge_pages, 37: shmem_huge_pages, 38: shmem_pmd_mapped,
    39: cma_total, 40: cma_free, 41: huge_pages_total, 42: huge_pages_free, 43: huge_pages_rsvd,
    44: huge_pages_surp, 45: hugepagesize, 46: direct_map4k, 47: direct_map2m, 48: direct_map1g,
});

impl MemoryStats {
    /// The id of the only one.
    pub const ID: &str = "latest";
}

spec!(
    MemoryStats,
    "MemoryStats.perf.talos.dev",
    namespace::PERF,
    Definition::new().columns(&[("Used", "{.used}"), ("Total", "{.total}")])
);
