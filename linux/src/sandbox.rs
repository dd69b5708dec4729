//! What a process gives up for good before it talks to strangers.
//!
//! Capabilities are in [`crate::capability`]; here are system calls ([`syscalls`]) and files
//! ([`files`]). All of it belongs to the calling thread and those it makes, so it is done while
//! there is one thread. Who gives up what is the caller's matter.

pub mod files;
pub mod syscalls;

use crate::error::{Calling, Result};

/// Makes sure that no file's bits or capabilities ever give this process more than it has
/// (`PR_SET_NO_NEW_PRIVS`).
///
/// # Errors
/// Never on Linux since 3.5; passed on all the same.
pub fn no_new_privileges() -> Result<()> {
    rustix::thread::set_no_new_privs(true).calling("prctl", "PR_SET_NO_NEW_PRIVS")
}
