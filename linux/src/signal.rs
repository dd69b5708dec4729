//! Signals as values and as something to poll: `signal(7)`, `signalfd(2)`.
//!
//! No handler is ever installed: a synchronous loop blocks all signals and reads them from a
//! descriptor.
#![expect(
    unsafe_code,
    reason = "sigprocmask and signalfd have no safe wrapper among our dependencies"
)]

use std::fmt;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use crate::error::{Calling, KernelError, Result};

/// The highest signal number, `SIGRTMAX` of x86 and arm.
const LAST: i32 = 64;

/// A signal number.
///
/// # Invariants
/// From 1 to 64 (`signal(7)`); 0, the existence probe of `kill(2)`, is not a signal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signal(i32);

impl Signal {
    /// Hangup: the console is gone, or a daemon is to read its configuration anew.
    pub const HUP: Self = Self(libc::SIGHUP);
    /// Interrupt; to PID 1: Ctrl-Alt-Del was pressed.
    pub const INT: Self = Self(libc::SIGINT);
    /// Quit.
    pub const QUIT: Self = Self(libc::SIGQUIT);
    /// The end at once, which no process can refuse.
    pub const KILL: Self = Self(libc::SIGKILL);
    /// First user-defined signal.
    pub const USR1: Self = Self(libc::SIGUSR1);
    /// Second user-defined signal.
    pub const USR2: Self = Self(libc::SIGUSR2);
    /// Write to a pipe that nobody reads.
    pub const PIPE: Self = Self(libc::SIGPIPE);
    /// The request to end.
    pub const TERM: Self = Self(libc::SIGTERM);
    /// A child ended or stopped.
    pub const CHLD: Self = Self(libc::SIGCHLD);
    /// Continue after a stop.
    pub const CONT: Self = Self(libc::SIGCONT);
    /// Stop, which no process can refuse.
    pub const STOP: Self = Self(libc::SIGSTOP);
    /// Window change; to PID 1: the keyboard request of the console.
    pub const WINCH: Self = Self(libc::SIGWINCH);
    /// Power failure.
    pub const PWR: Self = Self(libc::SIGPWR);

    /// The kernel's number.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The same for the system call wrappers.
    pub(crate) fn raw(self) -> rustix::process::Signal {
        // SAFETY: the invariant of Signal is 1..=64, and every such number is a signal to the
        // kernel; glibc's two reserved numbers (32 and 33) are only sent, never waited for or
        // handled.
        unsafe { rustix::process::Signal::from_raw_unchecked(self.0) }
    }
}

impl TryFrom<i32> for Signal {
    type Error = KernelError;

    fn try_from(number: i32) -> Result<Self> {
        if (1..=LAST).contains(&number) {
            Ok(Self(number))
        } else {
            Err(KernelError::form(number, "not a signal number"))
        }
    }
}

impl TryFrom<u32> for Signal {
    type Error = KernelError;

    fn try_from(number: u32) -> Result<Self> {
        i32::try_from(number)
            .map_or_else(|_| Err(KernelError::form(number, "not a signal number")), Self::try_from)
    }
}

impl From<Signal> for u32 {
    fn from(signal: Signal) -> Self {
        signal.0.unsigned_abs()
    }
}

impl fmt::Display for Signal {
    /// The name of a common signal, else `signal NUMBER`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            libc::SIGHUP => "SIGHUP",
            libc::SIGINT => "SIGINT",
            libc::SIGQUIT => "SIGQUIT",
            libc::SIGILL => "SIGILL",
            libc::SIGTRAP => "SIGTRAP",
            libc::SIGABRT => "SIGABRT",
            libc::SIGBUS => "SIGBUS",
            libc::SIGFPE => "SIGFPE",
            libc::SIGKILL => "SIGKILL",
            libc::SIGUSR1 => "SIGUSR1",
            libc::SIGSEGV => "SIGSEGV",
            libc::SIGUSR2 => "SIGUSR2",
            libc::SIGPIPE => "SIGPIPE",
            libc::SIGALRM => "SIGALRM",
            libc::SIGTERM => "SIGTERM",
            libc::SIGCHLD => "SIGCHLD",
            libc::SIGSYS => "SIGSYS",
            number => return write!(f, "signal {number}"),
        };
        f.write_str(name)
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A signal mask.
struct Mask(libc::sigset_t);

impl Mask {
    fn empty() -> Self {
        let mut set = MaybeUninit::uninit();
        // SAFETY: sigemptyset(3) writes the whole set that the pointer names and fails only for a
        // bad pointer.
        let _ = unsafe { libc::sigemptyset(set.as_mut_ptr()) };
        // SAFETY: sigemptyset has initialised the set.
        Self(unsafe { set.assume_init() })
    }

    fn full() -> Self {
        let mut set = MaybeUninit::uninit();
        // SAFETY: sigfillset(3) writes the whole set that the pointer names and fails only for a
        // bad pointer.
        let _ = unsafe { libc::sigfillset(set.as_mut_ptr()) };
        // SAFETY: sigfillset has initialised the set.
        Self(unsafe { set.assume_init() })
    }

    fn add(&mut self, signal: Signal) {
        // SAFETY: the set is initialised; sigaddset(3) changes nothing and fails for a number it
        // does not take.
        let _ = unsafe { libc::sigaddset(&raw mut self.0, signal.0) };
    }
}

fn set_mask(mask: &Mask) -> std::io::Result<()> {
    // SAFETY: pthread_sigmask(3) reads an initialised set and writes nothing, since the old set is
    // null; it touches only the calling thread.
    match unsafe {
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const mask.0, std::ptr::null_mut())
    } {
        0 => Ok(()),
        number => Err(std::io::Error::from_raw_os_error(number)),
    }
}

/// Blocks every signal that can be blocked, for the calling thread and what it spawns from now on.
///
/// Call it first of all, while there is one thread; children of [`crate::process::spawn`] start
/// with none blocked.
///
/// # Errors
/// Never on Linux; passed on all the same.
pub fn block_all() -> Result<()> {
    set_mask(&Mask::full()).calling("sigprocmask", "all")
}

/// Unblocks every signal and gives each its default disposition; for the child between fork and
/// exec.
///
/// Makes only async-signal-safe calls.
pub(crate) fn reset() -> std::io::Result<()> {
    // The kernel's struct sigaction: SIG_DFL, no flags, no restorer, an empty mask. Its own call
    // rather than glibc's, which keeps two numbers to itself, and an ignored one of those would be
    // inherited.
    let default = [0_u64; 4];
    for number in 1..=LAST {
        let size_of_mask = size_of::<u64>();
        let (action, old) = (default.as_ptr(), std::ptr::null_mut::<u64>());
        // SAFETY: rt_sigaction(2) reads one struct of 32 bytes, which `default` is, and writes
        // none, since the old one is null. SIG_DFL is no function, so nothing of ours can run;
        // SIGKILL and SIGSTOP are refused, unchanged.
        unsafe { libc::syscall(libc::SYS_rt_sigaction, number, action, old, size_of_mask) };
    }
    set_mask(&Mask::empty())
}

/// One received signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// Which signal.
    pub signal: Signal,
    /// The process that sent it, or for `SIGCHLD` the child; 0 from the kernel.
    pub pid: u32,
    /// The real user of that process.
    pub uid: u32,
}

/// A descriptor from which blocked signals are read; nonblocking.
#[derive(Debug)]
pub struct SignalFd(OwnedFd);

impl SignalFd {
    /// A descriptor for these signals, which must be blocked already.
    ///
    /// # Errors
    /// When the process is out of descriptors.
    pub fn new(signals: &[Signal]) -> Result<Self> {
        let mut mask = Mask::empty();
        signals.iter().for_each(|signal| mask.add(*signal));
        let flags = libc::SFD_CLOEXEC | libc::SFD_NONBLOCK;
        // SAFETY: signalfd(2) reads an initialised set; -1 asks for a new descriptor.
        let raw = unsafe { libc::signalfd(-1, &raw const mask.0, flags) };
        if raw < 0 {
            return Err(std::io::Error::last_os_error()).calling("signalfd", "new");
        }
        // SAFETY: the kernel just made this descriptor for us, so nothing else owns it.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(raw) }))
    }

    /// The next pending signal, or nothing.
    ///
    /// # Errors
    /// When the kernel answers with another size than one `signalfd_siginfo`, or refuses to answer.
    pub fn read(&self) -> Result<Option<Received>> {
        let mut bytes = [0; size_of::<libc::signalfd_siginfo>()];
        match rustix::io::retry_on_intr(|| rustix::io::read(&self.0, &mut bytes)) {
            Err(rustix::io::Errno::AGAIN) => return Ok(None),
            Err(source) => return Err(source).calling("read", "signalfd"),
            Ok(length) if length == bytes.len() => {}
            Ok(_) => return Err(KernelError::form("signalfd", "short record")),
        }
        // signalfd_siginfo: ssi_signo at 0, ssi_pid at 12, ssi_uid at 16, each of 4 bytes
        // (signalfd(2)).
        let field = |at: usize| {
            bytes
                .get(at..at + 4)
                .and_then(|four| four.try_into().ok())
                .map_or(0, u32::from_ne_bytes)
        };
        let number = i32::try_from(field(0)).unwrap_or(0);
        Ok(Some(Received { signal: Signal::try_from(number)?, pid: field(12), uid: field(16) }))
    }
}

impl AsFd for SignalFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for SignalFd {
    /// For an event loop to wait on.
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_only_signal_numbers() {
        assert_eq!(Signal::try_from(15_u32).unwrap(), Signal::TERM);
        Signal::try_from(0_u32).unwrap_err();
        Signal::try_from(65_i32).unwrap_err();
        assert_eq!(Signal::TERM.to_string(), "SIGTERM");
        assert_eq!(Signal::try_from(64_i32).unwrap().to_string(), "signal 64");
    }

    #[test]
    fn reads_a_signal_sent_to_this_thread() {
        // In a thread of its own, so that the mask of the test runner stays.
        std::thread::spawn(|| {
            block_all().unwrap();
            let signals = SignalFd::new(&[Signal::USR1]).unwrap();
            assert_eq!(signals.read().unwrap(), None);
            // SAFETY: pthread_self(3) has no preconditions.
            let this = unsafe { libc::pthread_self() };
            // SAFETY: the signal goes to this thread, which lives and blocks it.
            let sent = unsafe { libc::pthread_kill(this, libc::SIGUSR1) };
            assert_eq!(sent, 0);
            let received = signals.read().unwrap().unwrap();
            assert_eq!(received.signal, Signal::USR1);
            assert_eq!(received.pid, std::process::id());
        })
        .join()
        .unwrap();
    }
}
