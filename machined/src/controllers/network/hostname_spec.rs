//! Gives the kernel the node's name, and shows it.
//!
//! reads    `HostnameSpec` `hostname` in `network` (weak)
//! writes   `HostnameStatus` `hostname` in `network`
//! touches  sethostname(2), setdomainname(2); nothing in a container, whose engine named it

use cosi::{BoxError, Context, Controller, Declaration, exclusive, weak};
use resources::namespace::NETWORK;
use resources::network::{HostnameSpec, HostnameStatus};
use types::Mode;

const DECLARATION: Declaration = Declaration {
    name: "network.HostnameSpec",
    inputs: &[weak::<HostnameSpec>(NETWORK).id(HostnameSpec::ID)],
    outputs: &[exclusive::<HostnameStatus>()],
};

/// The controller.
#[derive(Debug)]
pub(super) struct HostnameSpecController {
    mode: Mode,
}

impl HostnameSpecController {
    /// Names a machine of this mode.
    pub(super) fn new(mode: Mode) -> Self {
        Self { mode }
    }
}

impl Controller for HostnameSpecController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let wanted = cx.get::<HostnameSpec>(NETWORK, HostnameSpec::ID)?;
        let status = wanted
            .filter(|wanted| !wanted.metadata.is_tearing_down())
            .map(|wanted| plan(&wanted.spec));
        if let Some(status) = status.as_ref().filter(|_| self.mode != Mode::Container) {
            linux::host::set_hostname(&status.hostname)?;
            linux::host::set_domain(&status.domainname)?;
        }
        cx.converge(NETWORK, status.map(|status| (HostnameStatus::ID, status)))?;
        Ok(())
    }
}

/// The name that is wanted is the name that there is.
fn plan(wanted: &HostnameSpec) -> HostnameStatus {
    HostnameStatus { hostname: wanted.hostname.clone(), domainname: wanted.domainname.clone() }
}
