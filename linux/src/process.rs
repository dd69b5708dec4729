//! Processes: start, watch, signal, reap. `fork(2)`, `execve(2)`, `pidfd_open(2)`, `waitpid(2)`.
//!
//! A process is started from a plain [`Spec`] with nothing inherited that the spec does not name.
//! Restarting, ordering and deadlines are the business of whoever calls.

mod child;
mod limit;
mod reap;
mod spawn;

pub use limit::{limit, set_limit};
pub use reap::{Ended, Exit, open, reap, signal, signal_all, start_time};
pub use spawn::{Child, Limit, Privileges, Resource, Spec, exec, spawn};

use std::os::fd::AsFd;

use crate::error::{Calling, Result};

/// Replaces the file mode creation mask of this process and returns the old one; only permission
/// bits count.
pub fn umask(mask: u32) -> u32 {
    rustix::process::umask(rustix::fs::Mode::from_bits_truncate(mask)).bits()
}

/// Makes `input` this process's standard input and `output` its standard output and error: an init
/// without a console, or with a better one than the kernel gave it.
///
/// # Errors
/// When the process is out of descriptors.
pub fn redirect(input: impl AsFd, output: impl AsFd) -> Result<()> {
    rustix::stdio::dup2_stdin(input).calling("dup2", "stdin")?;
    rustix::stdio::dup2_stdout(&output).calling("dup2", "stdout")?;
    rustix::stdio::dup2_stderr(output).calling("dup2", "stderr")
}

/// The effective user of this process.
#[must_use]
pub fn uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Makes orphaned descendants children of this process, as PID 1 has it by nature: for an init that
/// is not PID 1.
///
/// # Errors
/// Never on Linux since 3.4; passed on all the same.
pub fn adopt_orphans() -> Result<()> {
    // Any pid means "on" (prctl(2), PR_SET_CHILD_SUBREAPER).
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
        .calling("prctl", "PR_SET_CHILD_SUBREAPER")
}
