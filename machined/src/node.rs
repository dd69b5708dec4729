//! What every part of the daemon shares.

use types::Mode;

use crate::configuration::Configuration;
use crate::events::Events;
use crate::logs::Logs;
use crate::power::Power;
use crate::service::Supervisor;
use crate::stage::Stage;

/// The parts of one node. Built once, shared behind an `Arc`; nothing here is global.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) mode: Mode,
    pub(crate) state: cosi::State,
    pub(crate) events: Events,
    pub(crate) logs: Logs,
    pub(crate) stage: Stage,
    pub(crate) supervisor: Supervisor,
    pub(crate) configuration: Configuration,
    pub(crate) power: Power,
    /// The graph of controllers and how they do.
    pub(crate) controllers: cosi::Monitor,
}
