//! One process: `proc_pid_stat(5)` and the files beside it.

use std::path::{Path, PathBuf};

use super::{MAX_FILE, text};
use crate::error::{Calling, KernelError, Result};
use crate::fs::read_bounded;

/// What `/proc/PID/stat` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// That of its parent, 0 for the first process and for kernel threads.
    pub parent: u32,
    /// Name, at most 15 bytes.
    pub name: String,
    /// `R` running, `S` sleeping, `D` waiting for a disk, `Z` ended, `T` stopped, `I` idle kernel
    /// thread.
    pub state: char,
    /// Threads.
    pub threads: u32,
    /// Processor time of all its threads, in ticks ([`super::TICKS_PER_SECOND`]).
    pub cpu_ticks: u64,
    /// When it started, in ticks since boot.
    pub start_time: u64,
    /// Address space in bytes.
    pub virtual_memory: u64,
    /// Memory in bytes.
    pub resident_memory: u64,
}

/// The processes that exist, in ascending order; some may have ended when they are looked at.
///
/// # Errors
/// When `/proc` is not mounted.
pub fn pids() -> Result<Vec<u32>> {
    let entries = std::fs::read_dir("/proc").calling("open", "/proc")?;
    let pid = |entry: std::fs::DirEntry| entry.file_name().to_str()?.parse().ok();
    let mut pids: Vec<u32> = entries.filter_map(|entry| entry.ok().and_then(pid)).collect();
    pids.sort_unstable();
    Ok(pids)
}

/// Reads `/proc/PID/stat`.
///
/// # Errors
/// When there is no such process ([`KernelError::is_absent`]).
pub fn load_process(pid: u32) -> Result<Process> {
    let path = file(pid, "stat");
    let stat = text(path.as_ref())?;
    let page = u64::try_from(rustix::param::page_size()).unwrap_or(0);
    parse_process(&stat, page).ok_or_else(|| KernelError::form(path, "not a stat of a process"))
}

/// The content of a `stat`, on a machine with pages of `page` bytes.
#[must_use]
pub fn parse_process(stat: &str, page: u64) -> Option<Process> {
    let (pid, rest) = stat.split_once('(')?;
    // The name may hold blanks and parentheses; after it there are none.
    let (name, rest) = rest.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    // The manual page numbers the fields from 1; the state is the third.
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some(Process {
        pid: pid.trim().parse().ok()?,
        parent: u32::try_from(number(4)?).ok()?,
        name: name.to_owned(),
        state: fields.first()?.chars().next()?,
        threads: u32::try_from(number(20)?).ok()?,
        cpu_ticks: number(14)?.saturating_add(number(15)?),
        start_time: number(22)?,
        virtual_memory: number(23)?,
        resident_memory: number(24)?.saturating_mul(page),
    })
}

/// The arguments; empty for a kernel thread or a process that has ended.
///
/// # Errors
/// When there is no such process, or the arguments are longer than 8 MiB.
pub fn command_line(pid: u32) -> Result<Vec<String>> {
    let bytes = read_bounded(file(pid, "cmdline").as_ref(), MAX_FILE)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.split_terminator('\0').map(String::from).collect())
}

/// The executable; `None` for a kernel thread, a process that has ended, and one that may not be
/// looked at.
#[must_use]
pub fn executable(pid: u32) -> Option<PathBuf> {
    std::fs::read_link(file(pid, "exe")).ok()
}

/// The cgroup (version 2) below the cgroup root, `/` for the root itself; `None` where there is
/// none.
#[must_use]
pub fn cgroup(pid: u32) -> Option<PathBuf> {
    let text = text(file(pid, "cgroup").as_ref()).ok()?;
    text.lines().find_map(|line| line.strip_prefix("0::")).map(PathBuf::from)
}

/// The label of the security module; empty where there is none.
#[must_use]
pub fn label(pid: u32) -> String {
    let text = text(Path::new(&file(pid, "attr/current"))).unwrap_or_default();
    text.trim_end_matches(['\0', '\n']).to_owned()
}

pub(super) fn file(pid: u32, name: &str) -> String {
    format!("/proc/{pid}/{name}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parses_a_stat_whatever_the_name() {
        let stat = "42 (a) b) S 1 42 42 0 -1 4194560 1 2 3 4 100 20 7 8 20 0 5 0 4242 9999 10 18446744073709551615";
        let process = parse_process(stat, 4096).unwrap();
        assert_eq!(
            (process.pid, process.parent, process.name.as_str(), process.state),
            (42, 1, "a) b", 'S')
        );
        assert_eq!((process.threads, process.cpu_ticks, process.start_time), (5, 120, 4242));
        assert_eq!((process.virtual_memory, process.resident_memory), (9999, 40960));
        assert_eq!(parse_process("42 (a) S 1", 4096), None);
    }

    #[test]
    fn knows_itself() {
        let pid = std::process::id();
        assert!(pids().unwrap().contains(&pid));
        let process = load_process(pid).unwrap();
        assert_eq!(process.pid, pid);
        assert_eq!(process.start_time, crate::process::start_time(pid).unwrap());
        assert_eq!(executable(pid), std::env::current_exe().ok());
        assert!(!command_line(pid).unwrap().is_empty());
        assert!(load_process(u32::MAX).unwrap_err().is_absent());
    }

    proptest! {
        #[test]
        fn never_panics(text in "[()0-9 SZ-]{0,200}", page: u64) {
            drop(parse_process(&text, page));
        }
    }
}
