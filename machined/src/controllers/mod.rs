//! The controllers of machined: one file each, registered in one list.
//!
//! What they read and write is in their declarations; the engine holds them to it.

#[cfg(test)]
mod applied;
mod cluster;
mod config;
mod files;
mod network;
mod perf;
mod runtime;
mod secrets;
mod time;

use std::sync::Arc;

use cosi::Controller;
use types::Mode;

use crate::events::Events;
use crate::service::Supervisor;
use crate::stage::Stage;

/// What controllers are made with, beside the store.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(crate) mode: Mode,
    pub(crate) arguments: Arc<[linux::boot::Argument]>,
    pub(crate) events: Events,
    pub(crate) stage: Stage,
    pub(crate) supervisor: Supervisor,
}

/// Every controller, in the order of their groups and names.
pub(crate) fn all(parts: &Parts) -> Vec<Box<dyn Controller>> {
    let mut controllers: Vec<Box<dyn Controller>> = Vec::new();
    controllers.extend(cluster::controllers());
    controllers.extend(config::controllers());
    controllers.extend(files::controllers(parts));
    controllers.extend(network::controllers(parts));
    controllers.extend(perf::controllers());
    controllers.extend(runtime::controllers(parts));
    controllers.extend(secrets::controllers());
    controllers.extend(time::controllers(parts));
    controllers
}
