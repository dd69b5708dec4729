//! The machine's end: `sync(2)` and `reboot(2)`.
//!
//! Stops nothing and unmounts nothing first; whoever calls has done so.

use rustix::system::RebootCommand;

use crate::error::{Calling, Result};

/// How the machine ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// Firmware starts anew.
    Restart,
    /// The machine switches itself off.
    Off,
    /// The processors stop; power stays on.
    Halt,
    /// The kernel loaded by `kexec_load(2)` starts.
    Kexec,
}

/// Writes all dirty pages of all file systems to their disks, and returns when that is done.
pub fn sync() {
    rustix::fs::sync();
}

/// Ends the machine, or in a PID namespace other than the first its PID 1.
///
/// Returns `Ok` only inside a PID namespace, shortly before the kernel kills the caller.
///
/// # Errors
/// Without `CAP_SYS_BOOT`, or for [`Power::Kexec`] when no kernel is loaded.
pub fn reboot(power: Power) -> Result<()> {
    let command = match power {
        Power::Restart => RebootCommand::Restart,
        Power::Off => RebootCommand::PowerOff,
        Power::Halt => RebootCommand::Halt,
        Power::Kexec => RebootCommand::Kexec,
    };
    rustix::system::reboot(command).calling("reboot", format_args!("{power:?}"))
}

/// Makes Ctrl-Alt-Del send `SIGINT` to PID 1 instead of a restart at once without sync.
///
/// # Errors
/// Without `CAP_SYS_BOOT`.
pub fn catch_ctrl_alt_del() -> Result<()> {
    rustix::system::reboot(RebootCommand::CadOff).calling("reboot", "CAD_OFF")
}
