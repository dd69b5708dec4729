//! What this process gives up before it hears the first stranger.
//!
//! It must run before any thread exists: each later thread inherits.

use std::path::Path;

use linux::sandbox::files::{self, May};
use linux::sandbox::syscalls::{self, Otherwise, RUNTIME, SOCKETS};
use types::paths;

/// Gives up all files but those that are named here, and all system calls but those of a program
/// that serves sockets.
///
/// # Errors
/// When the kernel has the means and refuses them.
pub(crate) fn enter() -> linux::Result<()> {
    let open = [
        (Path::new(paths::RUN), May::Read),
        // Names of other nodes: hosts, resolv.conf.
        (Path::new("/etc"), May::Read),
    ];
    let enforced = files::allow_only(&open)?;
    if enforced != files::Enforced::Fully {
        tracing::warn!(?enforced, "this kernel does not keep us from all other files");
    }
    syscalls::allow_only(&[RUNTIME, SOCKETS].concat(), Otherwise::Refuse)
}
