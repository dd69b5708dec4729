//! The controllers of machined: one file each, registered in one list.
//!
//! What they read and write is in their declarations; the engine holds them to it.

pub(crate) mod network;

use std::sync::Arc;

use cosi::Controller;
use types::Mode;

use crate::configuration::Configuration;
use crate::events::Events;
use crate::stage::Stage;

/// What controllers are made with, beside the store.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(crate) mode: Mode,
    pub(crate) arguments: Arc<[linux::boot::Argument]>,
    pub(crate) configuration: Configuration,
    pub(crate) events: Events,
    pub(crate) stage: Stage,
}

/// Every controller, in the order of their groups and names.
pub(crate) fn all(parts: &Parts) -> Vec<Box<dyn Controller>> {
    let mut controllers: Vec<Box<dyn Controller>> = Vec::new();
    controllers.extend(network::controllers(parts));
    controllers
}
