//! What machined finds when it starts: sockets and surroundings that init gave it.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;

use linux::KernelError;
use linux::boot::Argument;
use types::Mode;
use types::init::{INIT_FD, MACHINE_FD, MODE_VARIABLE, STATE_FD};
use types::mode::UnknownMode;

/// Variable in which a container engine gives a configuration, base64.
const USER_DATA: &str = "USERDATA";

/// Why machined cannot start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("take the inherited descriptors")]
    Inherit(#[source] KernelError),
    #[error("init gave no descriptor named {0}: machined is started by init alone")]
    Missing(&'static str),
    #[error("read {MODE_VARIABLE}")]
    Mode(#[source] UnknownMode),
    #[error("read the kernel's command line")]
    CommandLine(#[source] KernelError),
}

/// All that was found.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) mode: Mode,
    /// Empty in a container, where the command line is the host's.
    pub(crate) arguments: Vec<Argument>,
    pub(crate) user_data: Option<String>,
    pub(crate) init: OwnedFd,
    pub(crate) machine: OwnedFd,
    pub(crate) state: OwnedFd,
}

impl Start {
    /// Takes it. To be called once, before anything opens a descriptor.
    ///
    /// # Errors
    /// When init did not start this process.
    pub(crate) fn take() -> Result<Self, StartError> {
        let mut fds = linux::socket::take_inherited().map_err(StartError::Inherit)?;
        let text = std::env::var(MODE_VARIABLE).unwrap_or_default();
        let mode = text.parse().map_err(StartError::Mode)?;
        let arguments = match mode {
            Mode::Container => Vec::new(),
            Mode::Metal | Mode::Cloud | Mode::MetalAgent => {
                linux::boot::load().map_err(StartError::CommandLine)?
            }
        };
        Ok(Self {
            mode,
            arguments,
            user_data: std::env::var(USER_DATA).ok(),
            init: take(&mut fds, INIT_FD)?,
            machine: take(&mut fds, MACHINE_FD)?,
            state: take(&mut fds, STATE_FD)?,
        })
    }
}

fn take(fds: &mut BTreeMap<String, OwnedFd>, name: &'static str) -> Result<OwnedFd, StartError> {
    fds.remove(name).ok_or(StartError::Missing(name))
}
