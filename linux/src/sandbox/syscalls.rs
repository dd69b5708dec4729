//! A list of allowed system calls: `seccomp(2)`.

use std::collections::BTreeMap;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

use crate::error::{KernelError, Result};

/// What the runtime of a static program with threads and timers calls by itself: glibc, `std`, an
/// event loop. The numbers are those of this architecture.
pub const RUNTIME: &[i64] = &[
    // Memory.
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_munmap,
    // Threads and the end.
    libc::SYS_clone,
    libc::SYS_clone3,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_get_robust_list,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_membarrier,
    libc::SYS_prctl,
    libc::SYS_prlimit64,
    libc::SYS_rseq,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_tgkill,
    // Signals.
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    // Time and chance.
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_getrandom,
    libc::SYS_gettimeofday,
    libc::SYS_nanosleep,
    // Descriptors that are open already, and waiting for them.
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_pwait2,
    libc::SYS_eventfd2,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_ioctl,
    libc::SYS_lseek,
    libc::SYS_pipe2,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_pwrite64,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_timerfd_create,
    libc::SYS_timerfd_settime,
    libc::SYS_write,
    libc::SYS_writev,
    // What std reads of itself at its start; which files may be opened is for the files module.
    libc::SYS_getdents64,
    libc::SYS_geteuid,
    libc::SYS_getegid,
    libc::SYS_getgid,
    libc::SYS_getuid,
    libc::SYS_newfstatat,
    libc::SYS_openat,
    libc::SYS_readlinkat,
    libc::SYS_statx,
    libc::SYS_uname,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_access,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_arch_prctl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_epoll_wait,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
];

/// What a program calls that makes and uses sockets.
pub const SOCKETS: &[i64] = &[
    libc::SYS_accept4,
    libc::SYS_bind,
    libc::SYS_connect,
    libc::SYS_getpeername,
    libc::SYS_getsockname,
    libc::SYS_getsockopt,
    libc::SYS_listen,
    libc::SYS_recvfrom,
    libc::SYS_recvmmsg,
    libc::SYS_recvmsg,
    libc::SYS_sendmmsg,
    libc::SYS_sendmsg,
    libc::SYS_sendto,
    libc::SYS_setsockopt,
    libc::SYS_shutdown,
    libc::SYS_socket,
    libc::SYS_socketpair,
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
/// their numbers.
///
/// Sets `no_new_privs`. A second list narrows the first.
///
/// # Errors
/// When the kernel has no seccomp filters.
pub fn allow_only(calls: &[i64], otherwise: Otherwise) -> Result<()> {
    let fault = |doing: &'static str| {
        move |source| KernelError::call("seccomp", doing, std::io::Error::other(source))
    };
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|source| {
        KernelError::call("seccomp", "architecture", std::io::Error::other(source))
    })?;
    let otherwise = match otherwise {
        Otherwise::Refuse => SeccompAction::Errno(libc::EPERM.unsigned_abs()),
        Otherwise::Kill => SeccompAction::KillProcess,
    };
    // No condition on its arguments: the call is allowed whatever they are.
    let calls: BTreeMap<i64, Vec<_>> = calls.iter().map(|call| (*call, Vec::new())).collect();
    let program = SeccompFilter::new(calls, otherwise, SeccompAction::Allow, arch)
        .and_then(BpfProgram::try_from)
        .map_err(|source| {
            KernelError::call("seccomp", "compile the list", std::io::Error::other(source))
        })?;
    seccompiler::apply_filter(&program).map_err(fault("apply the list"))
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
}
