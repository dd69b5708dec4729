//! What becomes of processes: pidfds, signals, exit statuses, identity over time.
#![expect(unsafe_code, reason = "kill(-1) has no safe wrapper among our dependencies")]

use std::os::fd::{AsFd, OwnedFd};

use rustix::process::{Pid, PidfdFlags, WaitOptions};

use crate::error::{Calling, KernelError, Result};
use crate::signal::Signal;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code.
    Code(u8),
    /// By a signal.
    Signal(Signal),
}

/// A child that has ended and is now gone from the process table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its pid, which the kernel may give to another process from now on.
    pub pid: u32,
    /// How it ended.
    pub exit: Exit,
}

pub(crate) fn pid(raw: u32) -> Result<Pid> {
    i32::try_from(raw)
        .ok()
        .and_then(Pid::from_raw)
        .ok_or_else(|| KernelError::form(raw, "not a pid"))
}

/// A descriptor for a process, readable once it has ended (`pidfd_open(2)`).
///
/// # Errors
/// When no such process exists.
pub fn open(process: u32) -> Result<OwnedFd> {
    rustix::process::pidfd_open(pid(process)?, PidfdFlags::empty()).calling("pidfd_open", process)
}

/// Sends a signal to the very process that the descriptor names (`pidfd_send_signal(2)`).
///
/// # Errors
/// When the process has been reaped, or belongs to another user and this one lacks `CAP_KILL`.
pub fn signal(process: impl AsFd, signal: Signal) -> Result<()> {
    rustix::process::pidfd_send_signal(process, signal.raw()).calling("pidfd_send_signal", signal)
}

/// Sends a signal to every process but the caller and PID 1 (`kill(2)` with pid -1).
///
/// That nobody is left to receive it is no error.
///
/// # Errors
/// When none of the processes may be signalled.
pub fn signal_all(signal: Signal) -> Result<()> {
    // SAFETY: kill(2) takes two integers and touches no memory of ours.
    if unsafe { libc::kill(-1, signal.number()) } == 0 {
        return Ok(());
    }
    let source = std::io::Error::last_os_error();
    if source.raw_os_error() == Some(libc::ESRCH) {
        Ok(())
    } else {
        Err(KernelError::call("kill", "all", source))
    }
}

/// Takes every child that has ended out of the process table, adopted orphans included; never
/// blocks.
///
/// It takes the status of *every* child: only for a process that starts children by this module
/// alone.
pub fn reap() -> impl Iterator<Item = Ended> {
    std::iter::from_fn(|| {
        // ECHILD, no children at all, ends the iteration like "none has ended".
        let (pid, status) = rustix::process::wait(WaitOptions::NOHANG).ok()??;
        ended(pid, status)
    })
}

/// Waits for one child to end and takes it out of the table; for a child known to be ending.
pub(super) fn wait(child: Pid) -> Option<Ended> {
    let waited =
        rustix::io::retry_on_intr(|| rustix::process::waitpid(Some(child), WaitOptions::empty()));
    let (pid, status) = waited.ok()??;
    ended(pid, status)
}

fn ended(pid: Pid, status: rustix::process::WaitStatus) -> Option<Ended> {
    let exit = match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Exit::Code(u8::try_from(code).ok()?),
        (None, Some(number)) => Exit::Signal(Signal::try_from(number).ok()?),
        // Neither: stopped or continued, which is reported only when asked for.
        (None, None) => return None,
    };
    Some(Ended { pid: u32::try_from(pid.as_raw_pid()).ok()?, exit })
}

/// When a process started, in clock ticks since boot: with the pid it names one process for the
/// life of the machine.
///
/// # Errors
/// When no such process exists, or `/proc` is not mounted.
pub fn start_time(process: u32) -> Result<u64> {
    crate::proc::load_process(process).map(|process| process.start_time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_own_start() {
        assert!(start_time(std::process::id()).unwrap() > 0);
        assert!(start_time(u32::MAX).unwrap_err().is_absent());
    }

    #[test]
    fn zero_is_no_pid() {
        open(0).unwrap_err();
        open(u32::MAX).unwrap_err();
    }
}
