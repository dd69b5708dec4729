//! A list of allowed system calls: `seccomp(2)`.

use std::fmt::Write;

use seccompiler::TargetArch;

use crate::error::{KernelError, Result};

/// What the runtime of a static program with threads and timers calls by itself: glibc, `std`, an
/// event loop.
pub const RUNTIME: &[&str] = &[
    // Memory.
    "brk",
    "madvise",
    "mmap",
    "mprotect",
    "mremap",
    "munmap",
    // Threads and the end.
    "clone",
    "clone3",
    "exit",
    "exit_group",
    "futex",
    "get_robust_list",
    "getpid",
    "gettid",
    "membarrier",
    "prctl",
    "prlimit64",
    "rseq",
    "sched_getaffinity",
    "sched_yield",
    "set_robust_list",
    "set_tid_address",
    "tgkill",
    // Signals.
    "restart_syscall",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    // Time and chance.
    "clock_getres",
    "clock_gettime",
    "clock_nanosleep",
    "getrandom",
    "gettimeofday",
    "nanosleep",
    // Descriptors that are open already, and waiting for them.
    "close",
    "dup",
    "dup3",
    "epoll_create1",
    "epoll_ctl",
    "epoll_pwait",
    "epoll_pwait2",
    "eventfd2",
    "fcntl",
    "fstat",
    "ioctl",
    "lseek",
    "pipe2",
    "ppoll",
    "pread64",
    "pwrite64",
    "read",
    "readv",
    "timerfd_create",
    "timerfd_settime",
    "write",
    "writev",
    // What std reads of itself at its start; which files may be opened is for the files module.
    "getdents64",
    "geteuid",
    "getegid",
    "getgid",
    "getuid",
    "newfstatat",
    "openat",
    "readlinkat",
    "statx",
    "uname",
    #[cfg(target_arch = "x86_64")]
    "access",
    #[cfg(target_arch = "x86_64")]
    "arch_prctl",
    #[cfg(target_arch = "x86_64")]
    "epoll_wait",
    #[cfg(target_arch = "x86_64")]
    "poll",
    #[cfg(target_arch = "x86_64")]
    "readlink",
];

/// What a program calls that makes and uses sockets.
pub const SOCKETS: &[&str] = &[
    "accept4",
    "bind",
    "connect",
    "getpeername",
    "getsockname",
    "getsockopt",
    "listen",
    "recvfrom",
    "recvmmsg",
    "recvmsg",
    "sendmmsg",
    "sendmsg",
    "sendto",
    "setsockopt",
    "shutdown",
    "socket",
    "socketpair",
];

/// What becomes of a system call that is not on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// It is refused with `EPERM`.
    Refuse,
    /// The process is killed with `SIGSYS`, and the kernel logs which call it was.
    Kill,
}

/// Lets the calling thread, and those it makes from now on, make only these system calls, given by
/// their names.
///
/// Sets `no_new_privs`. A second list narrows the first.
///
/// # Errors
/// For a name that this architecture does not have; when the kernel has no seccomp filters.
pub fn allow_only(names: &[&str], otherwise: Otherwise) -> Result<()> {
    let fault = |doing: &'static str| {
        move |source| KernelError::call("seccomp", doing, std::io::Error::other(source))
    };
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|source| {
        KernelError::call("seccomp", "architecture", std::io::Error::other(source))
    })?;
    let rules = rules(names, otherwise)?;
    let programs = seccompiler::compile_from_json(rules.as_bytes(), arch)
        .map_err(fault("compile the list"))?;
    let program = programs
        .get(FILTER)
        .ok_or_else(|| KernelError::form("seccomp", "no program for the list"))?;
    seccompiler::apply_filter(program).map_err(fault("apply the list"))
}

/// The name of our one filter within the compiler's input.
const FILTER: &str = "main";

/// The compiler's input form, the only one of its that takes names.
fn rules(names: &[&str], otherwise: Otherwise) -> Result<String> {
    let mut list = String::new();
    for (position, name) in names.iter().enumerate() {
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            return Err(KernelError::form(format_args!("{name:?}"), "not a name of a system call"));
        }
        let comma = if position == 0 { "" } else { "," };
        // Writing to a String cannot be refused.
        write!(list, "{comma}{{\"syscall\":\"{name}\"}}").ok();
    }
    let otherwise = match otherwise {
        Otherwise::Refuse => "{\"errno\":1}", // EPERM
        Otherwise::Kill => "\"kill_process\"",
    };
    Ok(format!(
        "{{\"{FILTER}\":{{\"mismatch_action\":{otherwise},\"match_action\":\"allow\",\"filter\":[{list}]}}}}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_listed_is_refused_in_this_thread_alone() {
        let filtered = || {
            allow_only(&[RUNTIME, SOCKETS].concat(), Otherwise::Refuse).unwrap();
            // Not listed, and without a side effect.
            let refused = rustix::process::getpriority_process(None).unwrap_err();
            assert_eq!(refused, rustix::io::Errno::PERM);
            // The runtime goes on.
            std::thread::spawn(|| vec![0_u8; 1 << 20].len()).join().unwrap();
            std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        };
        std::thread::spawn(filtered).join().unwrap();
        rustix::process::getpriority_process(None).unwrap();
    }

    #[test]
    fn unknown_names_are_refused_before_anything_happens() {
        allow_only(&["read", "no_such_call"], Otherwise::Kill).unwrap_err();
        allow_only(&["read\"}"], Otherwise::Kill).unwrap_err();
    }
}
