//! In a container: what the engine has left to us.
//!
//! Nothing here stops the boot. What is refused is said in one line, and what then does not work
//! says so itself, to whoever asked for it.

use std::ffi::OsString;
use std::path::Path;

use linux::mount::{self, Flags};
use types::Mode;

use super::cgroups::Cgroups;
use super::{Home, make_folders, mounts, raise_limits};
use crate::arguments::Arguments;
use crate::error::chain;
use crate::log::Log;

/// Variables of the container that are for machined: the configuration, the platform, and the
/// product code of the contract's container platform.
const VARIABLES: [&str; 3] = ["USERDATA", "PLATFORM", "TALOSSKU"];

/// Mounts that engines make read-only and a node needs writable: the settings of interfaces and
/// the control groups.
const WRITABLE: [&str; 2] = ["/sys", linux::cgroup::ROOT];

/// Makes a container as fit to live in as it gets.
pub(crate) fn boot(log: &Log) -> Home {
    log.info(format_args!("{} {}, in a container", types::version::NAME, types::version::TAG));
    if let Err(error) = mounts::mount_all(mounts::CONTAINER, log) {
        log.warn(format_args!("{}; going on", chain(&error)));
    }
    linux::process::umask(0o022);
    make_writable(log);
    // Engines leave it out; who reads the kernel's log wants it, kubelet among them.
    if let Err(error) = linux::fs::make_char_device(Path::new("/dev/kmsg"), 0o600, 1, 11) {
        log.info(format_args!("{}; going on", chain(&error)));
    }
    if let Err(error) = make_folders() {
        log.warn(format_args!("{}; going on", chain(&error)));
    }
    raise_limits(log);
    Home {
        mode: Mode::Container,
        // The kernel's arguments are the host's, not ours.
        arguments: Arguments::default(),
        cgroups: Cgroups::set_up(log),
        environment: for_machined(std::env::vars_os()),
    }
}

fn make_writable(log: &Log) {
    let flags = Flags::NO_SUID.with(Flags::NO_DEV).with(Flags::NO_EXEC);
    for target in WRITABLE {
        // Refused where it is no mount, as with control groups of version 1: then the folder holds
        // several, and there is nothing that we use.
        match mount::restrict(Path::new(target), flags) {
            Ok(()) => {}
            Err(error) => log.info(format_args!("{}; it stays as it is", chain(&error))),
        }
    }
}

/// Of all variables those that are for machined.
fn for_machined(variables: impl Iterator<Item = (OsString, OsString)>) -> Vec<String> {
    variables
        // What is not UTF-8 is none of them, or useless.
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| VARIABLES.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_variables_go_on() {
        let given =
            [("PATH", "/bin"), ("PLATFORM", "container"), ("SECRET", "x"), ("USERDATA", "")];
        let given = given.into_iter().map(|(name, value)| (name.into(), value.into()));
        assert_eq!(for_machined(given), ["PLATFORM=container", "USERDATA="]);
    }
}
