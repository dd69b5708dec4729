//! Starting a process from a plain specification.
#![expect(unsafe_code, reason = "fork has no safe wrapper")]

use std::ffi::{CString, c_char};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};
use std::path::Path;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::pipe::PipeFlags;
use rustix::process::{Pid, Rlimit};
use rustix::thread::{Gid, Uid};

use super::child::{Prepared, STEPS, execute, run};
use super::reap;
use crate::capability::{self, Sets};
use crate::error::{Calling, KernelError, Result};
use crate::poll::{self, Interest};
use crate::signal::Signal;
use crate::time::Deadline;

/// How long a child may take from fork to exec. Its steps are system calls; only the read of the
/// program's first page waits for a disk, and one that takes longer than this is broken. init
/// stands still meanwhile.
const EXEC_DEADLINE: Duration = Duration::from_secs(10);

/// The most descriptors a child can inherit by name; ours take at most three.
const MAX_INHERITED: usize = 32;

/// Whether the process can gain privileges by executing a file (`PR_SET_NO_NEW_PRIVS`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privileges {
    /// No file's bits or capabilities give it more than it has.
    NeverMore,
    /// The ordinary rules of `execve(2)` hold; container runtimes need them.
    ByExec,
}

/// A limited resource, `getrlimit(2)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// Size of a core dump in bytes.
    Core,
    /// Open descriptors.
    OpenFiles,
    /// Processes and threads of the user.
    Processes,
    /// Locked memory in bytes.
    LockedMemory,
    /// Stack in bytes.
    Stack,
    /// Address space in bytes.
    AddressSpace,
}

impl Resource {
    pub(super) fn raw(self) -> rustix::process::Resource {
        match self {
            Self::Core => rustix::process::Resource::Core,
            Self::OpenFiles => rustix::process::Resource::Nofile,
            Self::Processes => rustix::process::Resource::Nproc,
            Self::LockedMemory => rustix::process::Resource::Memlock,
            Self::Stack => rustix::process::Resource::Stack,
            Self::AddressSpace => rustix::process::Resource::As,
        }
    }
}

impl TryFrom<u32> for Resource {
    type Error = KernelError;

    /// From the kernel's number, `RLIMIT_…`.
    fn try_from(number: u32) -> Result<Self> {
        match number {
            libc::RLIMIT_CORE => Ok(Self::Core),
            libc::RLIMIT_NOFILE => Ok(Self::OpenFiles),
            libc::RLIMIT_NPROC => Ok(Self::Processes),
            libc::RLIMIT_MEMLOCK => Ok(Self::LockedMemory),
            libc::RLIMIT_STACK => Ok(Self::Stack),
            libc::RLIMIT_AS => Ok(Self::AddressSpace),
            other => Err(KernelError::form(
                format_args!("RLIMIT {other}"),
                "not a resource that is limited here",
            )),
        }
    }
}

/// A limit of a resource; `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Of what.
    pub resource: Resource,
    /// The limit in force.
    pub soft: Option<u64>,
    /// How far the process may raise it.
    pub hard: Option<u64>,
}

/// What a new process is to be. Everything not named here is not inherited.
///
/// The process starts in a session of its own, in `/`, with `/dev/null` as standard input, no
/// supplementary groups, no signal blocked, ignored or handled, and no descriptor but those given.
#[derive(Clone, Debug)]
pub struct Spec<'a> {
    /// The executable, an absolute path.
    pub program: &'a Path,
    /// All arguments, the name of the program first.
    pub arguments: &'a [String],
    /// The whole environment, `NAME=value` each; `LISTEN_FDS` and `LISTEN_FDNAMES` are added when
    /// something is inherited.
    pub environment: &'a [String],
    /// Real, effective and saved user.
    pub uid: u32,
    /// Real, effective and saved group.
    pub gid: u32,
    /// The capability sets, less what this process itself lacks; see [`Sets`] for what survives
    /// execution.
    pub capabilities: Sets,
    /// Whether it can gain privileges by execution.
    pub privileges: Privileges,
    /// The folder of a cgroup (version 2) that the process joins before it executes.
    pub cgroup: Option<&'a Path>,
    /// The value for `oom_score_adj`, −1000 to 1000; `None` keeps the parent's.
    pub oom_score_adj: Option<i16>,
    /// Limits that differ from the parent's.
    pub limits: &'a [Limit],
    /// Named descriptors, which become 3, 4, … (`sd_listen_fds(3)`); a name holds no colon.
    pub inherited: &'a [(&'a str, BorrowedFd<'a>)],
    /// Standard output.
    pub stdout: BorrowedFd<'a>,
    /// Standard error.
    pub stderr: BorrowedFd<'a>,
}

/// A process that was started.
#[derive(Debug)]
pub struct Child {
    /// Its pid, valid until it is reaped.
    pub pid: u32,
    /// A descriptor that names it for ever and is readable when it has ended.
    pub pidfd: OwnedFd,
    /// When it started, in clock ticks since boot; see [`super::start_time`].
    pub start_time: u64,
}

/// Starts a process and returns once it executes its program.
///
/// What refuses between fork and exec is reported with the name of the step, and that child is
/// reaped already. Blocks at most ten seconds.
///
/// Meant for single-threaded programs: it is safe with other threads, but a concurrent
/// [`super::reap()`] could take the status of a child that did not get as far as its program.
///
/// # Errors
/// [`KernelError::Call`] with the step and the program; [`KernelError::Form`] for a NUL in a
/// string, a colon in a name, or more than 32 inherited descriptors.
pub fn spawn(spec: &Spec<'_>) -> Result<Child> {
    let name = spec.program.display();
    let program = c_string(spec.program.as_os_str().as_encoded_bytes())?;
    let arguments =
        spec.arguments.iter().map(|text| c_string(text.as_bytes())).collect::<Result<Vec<_>>>()?;
    let environment = environment(spec)?;
    let null = rustix::fs::open(c"/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
        .calling("open", "/dev/null")?;

    let mut sources = vec![null.as_fd(), spec.stdout, spec.stderr];
    sources.extend(spec.inherited.iter().map(|(_, fd)| *fd));
    // Past every number that the child will use, so that no source is overwritten before it is
    // duplicated.
    let first_free = RawFd::try_from(sources.len()).unwrap_or(RawFd::MAX);
    let lift = |fd: BorrowedFd<'_>| {
        rustix::io::fcntl_dupfd_cloexec(fd, first_free).calling("fcntl", "F_DUPFD_CLOEXEC")
    };
    let descriptors = sources.into_iter().map(lift).collect::<Result<Vec<_>>>()?;
    let (report, low_end) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC).calling("pipe2", &name)?;
    let write_end = lift(low_end.as_fd())?;
    // The pipe tells of exec by its end, so the child's must be the only one left that writes.
    drop(low_end);

    let cgroup = spec.cgroup.map(open_cgroup).transpose()?;
    let score = spec.oom_score_adj.map(|score| score.to_string());
    let held = capability::permitted().calling("capget", &name)?;
    let limits: Vec<_> = spec
        .limits
        .iter()
        .map(|limit| (limit.resource.raw(), Rlimit { current: limit.soft, maximum: limit.hard }))
        .collect();
    let (argument_pointers, environment_pointers) = (pointers(&arguments), pointers(&environment));
    let prepared = Prepared {
        program: &program,
        arguments: &argument_pointers,
        environment: &environment_pointers,
        descriptors: &descriptors,
        cgroup: cgroup.as_ref(),
        oom_score_adj: score.as_ref().map(String::as_bytes),
        limits: &limits,
        capabilities: spec.capabilities.within(held),
        privileges: spec.privileges,
        uid: Uid::from_raw(spec.uid),
        gid: Gid::from_raw(spec.gid),
    };

    // SAFETY: the child calls `run` and nothing else, which by its module's rule makes only
    // async-signal-safe calls on the memory prepared above and never returns.
    let forked = unsafe { libc::fork() };
    match Pid::from_raw(forked) {
        None => run(&prepared, write_end.as_fd()),
        Some(_) if forked < 0 => Err(std::io::Error::last_os_error()).calling("fork", name),
        Some(pid) => {
            drop(write_end);
            started(pid, &report).map_err(|refused| refused.of(name))
        }
    }
}

/// Replaces this process by a program, with the descriptors that do not close on exec. Returns only
/// the refusal.
#[must_use]
pub fn exec(program: &Path, arguments: &[String], environment: &[String]) -> KernelError {
    let prepare = || -> Result<_> {
        let arguments =
            arguments.iter().map(|text| c_string(text.as_bytes())).collect::<Result<Vec<_>>>()?;
        let environment =
            environment.iter().map(|text| c_string(text.as_bytes())).collect::<Result<Vec<_>>>()?;
        Ok((c_string(program.as_os_str().as_encoded_bytes())?, arguments, environment))
    };
    match prepare() {
        Err(error) => error,
        Ok((path, arguments, environment)) => {
            let source = execute(&path, &pointers(&arguments), &pointers(&environment));
            KernelError::call("execve", program.display(), source)
        }
    }
}

/// The child's step that was refused.
struct Refused {
    step: &'static str,
    source: std::io::Error,
}

impl Refused {
    fn of(self, program: impl std::fmt::Display) -> KernelError {
        KernelError::call(self.step, program, self.source)
    }
}

/// Waits until the child has executed its program, or tells why it did not.
fn started(pid: Pid, report: &OwnedFd) -> std::result::Result<Child, Refused> {
    let give_up = |step: &'static str, source: std::io::Error| {
        // It may have ended already; then the wait alone is what is needed.
        rustix::process::kill_process(pid, Signal::KILL.raw()).ok();
        reap::wait(pid);
        Refused { step, source }
    };
    let unsure =
        |step: &'static str| move |error: KernelError| give_up(step, std::io::Error::other(error));

    let pidfd = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty())
        .map_err(|source| give_up("pidfd_open", source.into()))?;
    let deadline = Deadline::after(EXEC_DEADLINE);
    while poll::wait(&[(report.as_fd(), Interest::Read)], Some(deadline.remaining()))
        .map_err(unsure("poll"))?
        .is_empty()
    {
        // Empty before the deadline is an interruption.
        if deadline.passed() {
            return Err(give_up("execve", std::io::ErrorKind::TimedOut.into()));
        }
    }
    let mut message = [0; 5];
    let length = rustix::io::retry_on_intr(|| rustix::io::read(report, &mut message))
        .map_err(|source| give_up("read", source.into()))?;
    if length > 0 {
        let [step, number @ ..] = message;
        let step = STEPS.get(usize::from(step)).copied().unwrap_or("spawn");
        return Err(give_up(step, std::io::Error::from_raw_os_error(i32::from_ne_bytes(number))));
    }
    let raw = u32::try_from(pid.as_raw_pid()).unwrap_or(0);
    let start_time = reap::start_time(raw).map_err(unsure("read start time"))?;
    Ok(Child { pid: raw, pidfd, start_time })
}

fn open_cgroup(folder: &Path) -> Result<OwnedFd> {
    let path = folder.join("cgroup.procs");
    rustix::fs::open(&path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())
        .calling("open", path.display())
}

fn environment(spec: &Spec<'_>) -> Result<Vec<CString>> {
    let mut environment = spec
        .environment
        .iter()
        .map(|text| c_string(text.as_bytes()))
        .collect::<Result<Vec<_>>>()?;
    if spec.inherited.len() > MAX_INHERITED {
        return Err(KernelError::form(spec.program.display(), "too many inherited descriptors"));
    }
    if !spec.inherited.is_empty() {
        let names: Vec<&str> = spec.inherited.iter().map(|(name, _)| *name).collect();
        if let Some(name) = names.iter().find(|name| name.contains(':') || name.is_empty()) {
            return Err(KernelError::form(format_args!("{name:?}"), "not a name for a descriptor"));
        }
        environment.push(c_string(format!("LISTEN_FDS={}", names.len()).as_bytes())?);
        environment.push(c_string(format!("LISTEN_FDNAMES={}", names.join(":")).as_bytes())?);
    }
    Ok(environment)
}

fn c_string(bytes: &[u8]) -> Result<CString> {
    CString::new(bytes).map_err(|refused| {
        KernelError::call("execve", String::from_utf8_lossy(bytes), std::io::Error::from(refused))
    })
}

/// The strings as `execve(2)` takes them; valid as long as the strings are.
fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    strings.iter().map(|string| string.as_ptr()).chain([std::ptr::null()]).collect()
}
