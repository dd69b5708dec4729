//! Files below `/etc` that are made from what the node knows.

mod etc_file;

use std::path::PathBuf;

use cosi::Controller;
use types::{Mode, paths};

use super::Parts;

/// Every controller of this group.
pub(super) fn controllers(parts: &Parts) -> Vec<Box<dyn Controller>> {
    // An engine mounts its own hosts and resolv.conf into a container.
    let over = (parts.mode != Mode::Container).then(|| PathBuf::from("/etc"));
    vec![Box::new(etc_file::EtcFileController::new(PathBuf::from(paths::ETC), over))]
}

/// The controller of the files, which writes them to that folder. What they would be mounted over is
/// not there, so that it ends with an error each time, after it has written.
#[cfg(test)]
pub(super) fn writing_to(folder: PathBuf) -> Box<dyn Controller> {
    let nowhere = folder.join("nowhere");
    Box::new(etc_file::EtcFileController::new(folder, Some(nowhere)))
}
