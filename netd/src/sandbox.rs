//! What this process gives up before it hears the first packet.
//!
//! It must run before any thread exists: each later thread inherits. The capability to send raw
//! packets stays, with the system calls that use it.

use std::path::Path;

use linux::sandbox::files::{self, Enforced, May};
use linux::sandbox::syscalls::{self, Otherwise, RUNTIME, SOCKETS};
use types::paths;

use crate::say::say;

/// Gives up all files but the folder of the local sockets and the devices of random numbers, and
/// all system calls but those of a program that uses sockets.
///
/// # Errors
/// When the kernel has the means and refuses them.
pub(crate) fn enter() -> linux::Result<()> {
    let open = [
        (Path::new(paths::RUN), May::Read),
        // A statically linked program does not find getrandom(2) by its name, so that the crate
        // beneath dhcproto opens these for the number of each message.
        (Path::new("/dev/random"), May::Read),
        (Path::new("/dev/urandom"), May::Read),
    ];
    let enforced = files::allow_only(&open)?;
    if enforced != Enforced::Fully {
        say(format_args!("this kernel does not keep us from all other files: {enforced:?}"));
    }
    syscalls::allow_only(&[RUNTIME, SOCKETS].concat(), Otherwise::Refuse)
}
