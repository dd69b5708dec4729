//! In a machine, on its read-only root: what must be there before the first process.
//!
//! Disks, network and kernel parameters are machined's.

use std::time::Duration;

use types::Mode;

use super::cgroups::Cgroups;
use super::{Home, make_folders, mounts, raise_limits};
use crate::arguments::Arguments;
use crate::error::{InitError, Step, chain};
use crate::log::Log;
use crate::within::within;

/// How long the kernel may take to have unpredictable numbers. With a processor's or hypervisor's
/// source it has them at once, by timing its own interrupts within about a second; after this, TLS
/// will wait instead of us.
const RANDOM_DEADLINE: Duration = Duration::from_secs(5);

/// The name until machined knows a better one.
const HOSTNAME: &str = "localhost";

/// Makes a machine fit to live in.
pub(crate) fn boot(log: &mut Log) -> Result<Home, InitError> {
    mounts::mount_all(mounts::MACHINE, log)?;
    log.turn_to_kernel();
    log.info(format_args!("{} {}", types::version::NAME, types::version::TAG));
    linux::process::umask(0o022);
    make_folders().step("make folders")?;

    let arguments = Arguments::of(&linux::boot::load().step("read the command line")?);
    for unknown in &arguments.unknown {
        log.warn(format_args!("kernel argument {unknown:?} is not known, ignored"));
    }
    if let Err(error) = linux::power::catch_ctrl_alt_del() {
        log.warn(format_args!("{}; Ctrl-Alt-Del restarts without order", chain(&error)));
    }
    if let Err(error) = linux::host::set_hostname(HOSTNAME) {
        log.warn(format_args!("{}; the name stays as it is", chain(&error)));
    }
    raise_limits(log);
    let cgroups = Cgroups::set_up(log);
    if !linux::random::is_ready() && !within(RANDOM_DEADLINE, wait_for_random) {
        log.warn("no unpredictable numbers yet; going on, who needs them waits");
    }
    Ok(Home { mode: Mode::Metal, arguments, cgroups, environment: Vec::new() })
}

/// Asks for a number, which also makes the kernel gather what it needs (Linux 5.4).
fn wait_for_random() {
    // It cannot fail; and who really needs numbers asks again.
    linux::random::fill(&mut [0]).ok();
}
