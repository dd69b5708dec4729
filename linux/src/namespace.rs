//! Leaving the namespaces of the parent: `namespaces(7)`, `unshare(2)`.
//!
//! A namespace belongs to a thread: enter one in a thread or process made for it, never on a thread
//! of a pool.
#![expect(
    unsafe_code,
    reason = "unshare is unsafe for file descriptor tables, which are not shared anew here"
)]

use rustix::thread::UnshareFlags;

use crate::error::{Calling, Result};

/// A kind of namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// Mounts.
    Mount,
    /// Interfaces, addresses, routes, sockets; a new one has a loopback interface that is down.
    Network,
    /// Hostname.
    Host,
    /// Process numbers: the thread stays where it is, its next child is PID 1 of the new one.
    Process,
}

/// Gives the calling thread fresh namespaces of these kinds.
///
/// In a new mount namespace mounts still propagate to and from the old one until
/// [`crate::mount::make_private`].
///
/// # Errors
/// Without `CAP_SYS_ADMIN`.
pub fn leave(kinds: &[Namespace]) -> Result<()> {
    let flag = |kind: &Namespace| match kind {
        Namespace::Mount => UnshareFlags::NEWNS,
        Namespace::Network => UnshareFlags::NEWNET,
        Namespace::Host => UnshareFlags::NEWUTS,
        Namespace::Process => UnshareFlags::NEWPID,
    };
    let flags: UnshareFlags = kinds.iter().map(flag).collect();
    // SAFETY: the one danger is CLONE_FILES, after which descriptors that other threads own change
    // meaning; it is not among the flags.
    unsafe { rustix::thread::unshare_unsafe(flags) }.calling("unshare", format_args!("{kinds:?}"))
}
