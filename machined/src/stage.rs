//! What the machine is doing, as events tell it: sequences, phases, tasks, and the stage that
//! follows from them.
//!
//! The names are those that clients wait for.

use std::sync::Arc;

use api::common::Error as WireError;
use api::machine::{PhaseEvent, SequenceEvent, TaskEvent, phase_event, sequence_event, task_event};
use prost::Message;
use resources::runtime::MachineStage;
use tokio::sync::watch;

use crate::events::Events;

/// The task in which a node waits for a configuration; the stage of clients follows it.
pub(crate) const MAINTENANCE: &str = "runningMaintenance";
/// The task whose event ends a client's wait for a shutdown.
pub(crate) const STOP_ALL: &str = "stopAllServices";

/// Announces what the machine does; clones share the stage.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    events: Events,
    current: Arc<watch::Sender<MachineStage>>,
}

/// Whether something begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Start,
    Stop,
}

impl Stage {
    /// A machine that has begun to boot.
    pub(crate) fn new(events: Events) -> Self {
        Self { events, current: Arc::new(watch::Sender::new(MachineStage::Booting)) }
    }

    /// The stage now, and each one after it.
    pub(crate) fn follow(&self) -> watch::Receiver<MachineStage> {
        self.current.subscribe()
    }

    /// The stage now.
    pub(crate) fn current(&self) -> MachineStage {
        *self.current.borrow()
    }

    /// A sequence begins or ends.
    pub(crate) fn sequence(&self, name: &str, mark: Mark, actor: &str) {
        let action = match mark {
            Mark::Start => sequence_event::Action::Start,
            Mark::Stop => sequence_event::Action::Stop,
        };
        let event = SequenceEvent {
            sequence: name.to_owned(),
            action: action.into(),
            error: None::<WireError>,
        };
        self.events.publish("machine.SequenceEvent", event.encode_to_vec(), actor);
        self.turn(after_sequence(self.current(), name, mark));
    }

    /// A phase of a sequence begins or ends.
    pub(crate) fn phase(&self, name: &str, mark: Mark, actor: &str) {
        let action = match mark {
            Mark::Start => phase_event::Action::Start,
            Mark::Stop => phase_event::Action::Stop,
        };
        let event = PhaseEvent { phase: name.to_owned(), action: action.into() };
        self.events.publish("machine.PhaseEvent", event.encode_to_vec(), actor);
    }

    /// A task begins or ends.
    pub(crate) fn task(&self, name: &str, mark: Mark, actor: &str) {
        let action = match mark {
            Mark::Start => task_event::Action::Start,
            Mark::Stop => task_event::Action::Stop,
        };
        let event = TaskEvent { task: name.to_owned(), action: action.into() };
        self.events.publish("machine.TaskEvent", event.encode_to_vec(), actor);
        if name == MAINTENANCE {
            self.turn(match mark {
                Mark::Start => MachineStage::Maintenance,
                Mark::Stop => MachineStage::Booting,
            });
        }
    }

    fn turn(&self, stage: MachineStage) {
        self.current.send_if_modified(|current| std::mem::replace(current, stage) != stage);
    }
}

/// The stage after a sequence's begin or end.
///
/// sequence              | start         | stop
/// ----------------------|---------------|----------
/// initialize            | booting       | unchanged
/// boot                  | booting       | running
/// reboot                | rebooting     | unchanged
/// shutdown              | shutting down | unchanged
/// any other             | unchanged     | unchanged
fn after_sequence(current: MachineStage, name: &str, mark: Mark) -> MachineStage {
    match (name, mark) {
        ("initialize" | "boot", Mark::Start) => MachineStage::Booting,
        ("boot", Mark::Stop) => MachineStage::Running,
        ("reboot", Mark::Start) => MachineStage::Rebooting,
        ("shutdown", Mark::Start) => MachineStage::ShuttingDown,
        _ => current,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xid::XidSource;

    #[test]
    fn the_stage_follows_the_events() {
        let stage = Stage::new(Events::new(XidSource::fixed(1)));
        let check = |expected| assert_eq!(stage.current(), expected);
        check(MachineStage::Booting);
        stage.sequence("initialize", Mark::Start, "");
        stage.task(MAINTENANCE, Mark::Start, "");
        check(MachineStage::Maintenance);
        stage.task(MAINTENANCE, Mark::Stop, "");
        check(MachineStage::Booting);
        stage.sequence("initialize", Mark::Stop, "");
        stage.sequence("boot", Mark::Start, "");
        stage.sequence("boot", Mark::Stop, "");
        check(MachineStage::Running);
        stage.sequence("reboot", Mark::Start, "actor");
        check(MachineStage::Rebooting);
    }
}
