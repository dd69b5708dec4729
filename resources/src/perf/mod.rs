//! Use of processor and memory.

mod cpu_stats;
mod memory_stats;

pub use cpu_stats::{CpuStat, CpuStats};
pub use memory_stats::MemoryStats;
