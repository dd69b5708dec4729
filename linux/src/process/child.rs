//! The child between `fork(2)` and `execve(2)`.
//!
//! Everything here runs in a copy of a process that may have had other threads, so it makes system
//! calls on memory that was prepared before, and nothing else: no allocation, no lock, no panic
//! (`signal-safety(7)`).
#![expect(
    unsafe_code,
    reason = "raw descriptor numbers are rearranged below every owner's knowledge"
)]

use std::ffi::{CStr, c_char};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};

use rustix::fs::{Mode, OFlags};
use rustix::process::Rlimit;
use rustix::thread::{Gid, Uid};

use super::spawn::Privileges;
use crate::capability::{self, Sets};

/// The names of the steps of a child; the position of the refused one goes through the pipe.
pub(super) const STEPS: [&str; 16] = [
    "signal",
    "setsid",
    "cgroup.procs",
    "oom_score_adj",
    "dup2",
    "close_range",
    "chdir",
    "setrlimit",
    "prctl bounding",
    "prctl keepcaps",
    "setgid",
    "setuid",
    "capset",
    "prctl ambient",
    "prctl no_new_privs",
    "execve",
];

/// A step as its position in [`STEPS`].
#[derive(Clone, Copy)]
#[repr(u8)]
enum Step {
    Signal,
    Session,
    Cgroup,
    OomScore,
    Descriptors,
    CloseRange,
    Directory,
    Limits,
    Bounding,
    KeepCapabilities,
    Group,
    User,
    Capabilities,
    Ambient,
    NoNewPrivileges,
    Exec,
}

/// All that the child needs, made by the parent.
pub(super) struct Prepared<'a> {
    pub(super) program: &'a CStr,
    /// Ends with a null pointer, as do the strings behind the others with a NUL.
    pub(super) arguments: &'a [*const c_char],
    /// Likewise.
    pub(super) environment: &'a [*const c_char],
    /// Descriptor n of the child is a duplicate of the nth; all numbers here are past the end of
    /// this list.
    pub(super) descriptors: &'a [OwnedFd],
    /// An open `cgroup.procs`.
    pub(super) cgroup: Option<&'a OwnedFd>,
    /// The text to write to `oom_score_adj`.
    pub(super) oom_score_adj: Option<&'a [u8]>,
    pub(super) limits: &'a [(rustix::process::Resource, Rlimit)],
    pub(super) capabilities: Sets,
    pub(super) privileges: Privileges,
    pub(super) uid: Uid,
    pub(super) gid: Gid,
}

/// Becomes the program, or reports the step that was refused and ends.
pub(super) fn run(prepared: &Prepared<'_>, report: BorrowedFd<'_>) -> ! {
    let Err((step, error)) = become_program(prepared);
    let mut message = [0; 5];
    if let Some((first, rest)) = message.split_first_mut() {
        *first = step as u8;
        rest.copy_from_slice(&error.raw_os_error().unwrap_or(libc::EIO).to_ne_bytes());
    }
    // Nobody is left to tell if the pipe is gone, and the exit code says the same.
    rustix::io::write(report, &message).ok();
    // SAFETY: _exit(2) never returns and runs nothing of the parent's: no destructor, no buffer
    // flush.
    unsafe { libc::_exit(127) }
}

type Refused = (Step, io::Error);

fn become_program(prepared: &Prepared<'_>) -> Result<std::convert::Infallible, Refused> {
    let at = |step: Step| move |source: rustix::io::Errno| (step, io::Error::from(source));

    crate::signal::reset().map_err(|source| (Step::Signal, source))?;
    rustix::process::setsid().map_err(at(Step::Session))?;
    if let Some(cgroup) = prepared.cgroup {
        // 0 is the writing process itself (cgroups(7)).
        rustix::io::write(cgroup, b"0").map_err(at(Step::Cgroup))?;
    }
    if let Some(score) = prepared.oom_score_adj {
        let file = rustix::fs::open(
            c"/proc/self/oom_score_adj",
            OFlags::WRONLY | OFlags::CLOEXEC,
            Mode::empty(),
        )
        .map_err(at(Step::OomScore))?;
        rustix::io::write(&file, score).map_err(at(Step::OomScore))?;
    }
    arrange_descriptors(prepared.descriptors)?;
    rustix::process::chdir(c"/").map_err(at(Step::Directory))?;
    for (resource, limit) in prepared.limits {
        rustix::process::setrlimit(*resource, *limit).map_err(at(Step::Limits))?;
    }
    change_identity(prepared)?;
    if prepared.privileges == Privileges::NeverMore {
        rustix::thread::set_no_new_privs(true).map_err(at(Step::NoNewPrivileges))?;
    }
    Err((Step::Exec, execute(prepared.program, prepared.arguments, prepared.environment)))
}

/// Puts the prepared descriptors on 0, 1, 2, … and lets all others close on exec.
fn arrange_descriptors(descriptors: &[OwnedFd]) -> Result<(), Refused> {
    let mut target: RawFd = 0;
    for source in descriptors {
        duplicate_onto(source.as_fd(), target).map_err(|source| (Step::Descriptors, source))?;
        target += 1;
    }
    // SAFETY: close_range(2) takes three integers; with CLOSE_RANGE_CLOEXEC it closes nothing now,
    // so no owner in this process loses its descriptor before exec replaces them all.
    let closed = unsafe {
        libc::syscall(libc::SYS_close_range, target, u32::MAX, libc::CLOSE_RANGE_CLOEXEC)
    };
    if closed == 0 { Ok(()) } else { Err((Step::CloseRange, io::Error::last_os_error())) }
}

fn duplicate_onto(source: BorrowedFd<'_>, target: RawFd) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    // SAFETY: both are integers to dup2(2). Whatever owned `target` in the parent's copy is never
    // used here again: this process only execs or exits, and the sources all lie above every
    // target.
    if unsafe { libc::dup2(source.as_raw_fd(), target) } < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// Group before user, and the bounding set before both, since each needs what the next gives up.
fn change_identity(prepared: &Prepared<'_>) -> Result<(), Refused> {
    let at = |step: Step| move |source: rustix::io::Errno| (step, io::Error::from(source));
    let sets = &prepared.capabilities;

    capability::narrow_bounding(sets.bounding).map_err(at(Step::Bounding))?;
    // Without this, leaving uid 0 clears the permitted set, out of which the next sets are made.
    rustix::thread::set_keep_capabilities(true).map_err(at(Step::KeepCapabilities))?;
    rustix::thread::set_thread_groups(&[]).map_err(at(Step::Group))?;
    rustix::thread::set_thread_res_gid(prepared.gid, prepared.gid, prepared.gid)
        .map_err(at(Step::Group))?;
    rustix::thread::set_thread_res_uid(prepared.uid, prepared.uid, prepared.uid)
        .map_err(at(Step::User))?;
    capability::set_thread(sets).map_err(at(Step::Capabilities))?;
    capability::set_ambient(sets.ambient).map_err(at(Step::Ambient))
}

/// `execve(2)`, which returns only when it was refused.
pub(super) fn execute(
    program: &CStr,
    arguments: &[*const c_char],
    environment: &[*const c_char],
) -> io::Error {
    // SAFETY: program ends with a NUL; both arrays end with a null pointer and point to
    // NUL-terminated strings that the caller keeps alive (the invariant of Prepared).
    let _ = unsafe { libc::execve(program.as_ptr(), arguments.as_ptr(), environment.as_ptr()) };
    io::Error::last_os_error()
}
