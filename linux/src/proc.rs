//! What `/proc` tells: `proc(5)`.
//!
//! Each `load_…` reads a file, each `parse_…` takes its bytes. Units are the kernel's and named.

mod cpu;
mod memory;
mod process;
mod status;

pub use cpu::{
    Processor, SoftInterrupts, Stat, Ticks, load_cpuinfo, load_stat, parse_cpuinfo, parse_stat,
};
pub use memory::{Memory, load_memory, parse_memory};
pub use process::{
    Process, cgroup, command_line, executable, label, load_process, parse_process, pids,
};
pub use status::{Status, load_status, parse_status};

use std::path::Path;
use std::time::Duration;

use crate::error::{KernelError, Result};
use crate::fs::read_bounded;

/// The most that is read of a file here; `/proc/stat` and `/proc/cpuinfo` of a machine with a
/// thousand processors have some hundred kilobytes.
const MAX_FILE: usize = 8 << 20;

/// The unit of [`Ticks`] and of start times, `USER_HZ`, fixed at 100 by the ABI of all our
/// architectures.
pub const TICKS_PER_SECOND: u64 = 100;

/// How many processes run or wait, on average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// Of the last minute.
    pub one: f64,
    /// Of the last five minutes.
    pub five: f64,
    /// Of the last quarter of an hour.
    pub fifteen: f64,
}

/// Reads `/proc/loadavg`.
///
/// # Errors
/// When it cannot be read or has another form.
pub fn load_average() -> Result<Load> {
    parse_average(&text("/proc/loadavg".as_ref())?)
        .ok_or_else(|| KernelError::form("/proc/loadavg", "not three numbers"))
}

/// `0.20 0.18 0.12 1/80 11206`
#[must_use]
pub fn parse_average(text: &str) -> Option<Load> {
    let mut numbers = text.split_ascii_whitespace().map_while(|word| word.parse().ok());
    Some(Load { one: numbers.next()?, five: numbers.next()?, fifteen: numbers.next()? })
}

/// How long the machine has been running, from `/proc/uptime`.
///
/// # Errors
/// When it cannot be read or has another form.
pub fn load_uptime() -> Result<Duration> {
    let text = text("/proc/uptime".as_ref())?;
    let seconds = text.split_ascii_whitespace().next().and_then(|word| word.parse().ok());
    let uptime = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    uptime.ok_or_else(|| KernelError::form("/proc/uptime", "not a number"))
}

/// A name for this boot, a random UUID.
///
/// # Errors
/// When `/proc` is not mounted.
pub fn boot_id() -> Result<String> {
    text("/proc/sys/kernel/random/boot_id".as_ref()).map(|text| text.trim().to_owned())
}

/// A whole file as text; bytes that are not UTF-8 are replaced.
fn text(path: &Path) -> Result<String> {
    read_bounded(path, MAX_FILE).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_load_averages() {
        let load = parse_average("0.20 0.18 0.12 1/80 11206\n").unwrap();
        assert_eq!(load, Load { one: 0.20, five: 0.18, fifteen: 0.12 });
        assert_eq!(parse_average("0.2 x"), None);
    }

    #[test]
    fn reads_this_machine() {
        load_average().unwrap();
        assert!(load_uptime().unwrap() > Duration::ZERO);
        assert_eq!(boot_id().unwrap().len(), 36);
    }
}
