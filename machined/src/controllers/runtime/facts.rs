//! Says what does not change while the machine runs.
//!
//! reads    nothing
//! writes   `KernelCmdline`, `Version`, `PlatformMetadata`, `SecurityState`, `DevicesStatus` in
//!          `runtime`
//! touches  `/proc/cmdline`, uname(2), `/sys/firmware/efi`, `/sys/module/module/parameters`

use std::path::Path;

use cosi::{BoxError, Context, Controller, Declaration, exclusive};
use resources::namespace::RUNTIME;
use resources::runtime::{
    DevicesStatus, KernelCmdline, PlatformMetadata, SecurityState, SelinuxState, Version,
};
use types::{Mode, version};

const DECLARATION: Declaration = Declaration {
    name: "runtime.Facts",
    inputs: &[],
    outputs: &[
        exclusive::<KernelCmdline>(),
        exclusive::<Version>(),
        exclusive::<PlatformMetadata>(),
        exclusive::<SecurityState>(),
        exclusive::<DevicesStatus>(),
    ],
};

/// The controller.
#[derive(Debug)]
pub(super) struct FactsController {
    mode: Mode,
}

impl FactsController {
    /// For a node in that mode.
    pub(super) fn new(mode: Mode) -> Self {
        Self { mode }
    }
}

impl Controller for FactsController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let cmdline = KernelCmdline { cmdline: linux::boot::load_text()? };
        cx.put(RUNTIME, KernelCmdline::ID, cmdline)?;
        cx.put(RUNTIME, Version::ID, versions())?;
        let hostname = linux::host::hostname();
        cx.put(RUNTIME, PlatformMetadata::ID, platform(self.mode, hostname))?;
        cx.put(RUNTIME, SecurityState::ID, security(self.mode))?;
        // Device nodes are the kernel's own (devtmpfs): there is no daemon to wait for.
        cx.put(RUNTIME, DevicesStatus::ID, DevicesStatus { ready: true })?;
        Ok(())
    }
}

fn versions() -> Version {
    Version { name: version::NAME.to_owned(), version: version::TAG.to_owned() }
}

fn platform(mode: Mode, hostname: String) -> PlatformMetadata {
    let platform = if mode == Mode::Container { "container" } else { "metal" };
    PlatformMetadata { platform: platform.to_owned(), hostname, ..PlatformMetadata::default() }
}

/// In a container these are facts of the host, which are not the node's.
fn security(mode: Mode) -> SecurityState {
    if mode == Mode::Container {
        return SecurityState::default();
    }
    let enforced = std::fs::read_to_string("/sys/module/module/parameters/sig_enforce");
    SecurityState {
        secure_boot: secure_boot(),
        selinux_state: SelinuxState::Disabled,
        module_signature_enforced: enforced.is_ok_and(|text| text.trim() == "Y"),
        ..SecurityState::default()
    }
}

/// The last of the five bytes of the variable: four of attributes come first (UEFI 2.10, 3.3).
fn secure_boot() -> bool {
    let path = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
    let bytes = linux::fs::read_bounded(Path::new(path), 16).unwrap_or_default();
    bytes.get(4) == Some(&1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_says_nothing_of_its_hosts_security() {
        assert_eq!(security(Mode::Container), SecurityState::default());
        assert_eq!(platform(Mode::Container, "a".to_owned()).platform, "container");
    }

    #[test]
    fn the_version_is_the_one_that_clients_parse() {
        assert_eq!(versions().version, version::TAG);
    }
}
