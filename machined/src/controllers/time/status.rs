//! Says whether the clock can be relied on.
//!
//! reads    nothing
//! writes   `TimeStatus` `node` in `runtime`
//! touches  nothing
//!
//! At this version the time is taken as found: in a container it is the host's, on a machine the
//! hardware clock's. Nobody asks a time server, and the status says that instead of claiming sync.

use cosi::{BoxError, Context, Controller, Declaration, exclusive};
use resources::namespace::RUNTIME;
use resources::time::TimeStatus;
use types::Mode;

const DECLARATION: Declaration =
    Declaration { name: "time.Status", inputs: &[], outputs: &[exclusive::<TimeStatus>()] };

/// The controller.
#[derive(Debug)]
pub(super) struct TimeStatusController {
    mode: Mode,
}

impl TimeStatusController {
    /// For a node in that mode.
    pub(super) fn new(mode: Mode) -> Self {
        Self { mode }
    }
}

impl Controller for TimeStatusController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        cx.put(RUNTIME, TimeStatus::ID, plan(self.mode))?;
        Ok(())
    }
}

/// mode      | synced            | sync disabled
/// ----------|-------------------|--------------
/// container | yes, by the host  | yes
/// others    | no                | yes
fn plan(mode: Mode) -> TimeStatus {
    TimeStatus { synced: mode == Mode::Container, epoch: 0, sync_disabled: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_container_has_a_clock_that_somebody_keeps() {
        assert!(plan(Mode::Container).synced);
        assert!(!plan(Mode::Metal).synced);
        assert!(plan(Mode::Metal).sync_disabled);
    }
}
