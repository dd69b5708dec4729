//! The end of the machine, asked for by a client: announce it, stop what serves nobody any more,
//! and leave the rest to init.
//!
//! init ends processes in order and in bounded time; nothing here waits for one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use types::Mode;
use types::init::{Ending, Request};

use crate::stage::{Mark, STOP_ALL, Stage};

/// How long open event streams have to carry the last event to clients before everything stops.
/// Clients that miss it notice the closed connection and ask again.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Why the machine does not end.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum PowerError {
    /// The engine ends a container, not the container itself.
    #[error("method is not supported in container mode")]
    Container,
    /// It is ending already.
    #[error("the machine is ending already")]
    Ending,
}

/// Ends the machine; clones share whether it is ending.
#[derive(Debug, Clone)]
pub(crate) struct Power {
    mode: Mode,
    stage: Stage,
    init: mpsc::Sender<Request>,
    ending: Arc<AtomicBool>,
}

impl Power {
    /// The way to the end of a machine in `mode`.
    pub(crate) fn new(mode: Mode, stage: Stage, init: mpsc::Sender<Request>) -> Self {
        Self { mode, stage, init, ending: Arc::default() }
    }

    /// Restarts the machine. Returns at once; events tell the progress under `actor`.
    ///
    /// # Errors
    /// In a container, or when the machine is ending already.
    pub(crate) fn reboot(&self, actor: &str) -> Result<(), PowerError> {
        self.end("reboot", Ending::Reboot, actor)
    }

    /// Powers the machine off. Returns at once; events tell the progress under `actor`.
    ///
    /// # Errors
    /// In a container, or when the machine is ending already.
    pub(crate) fn shutdown(&self, actor: &str) -> Result<(), PowerError> {
        self.end("shutdown", Ending::PowerOff, actor)
    }

    /// Whether an end is under way.
    pub(crate) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::SeqCst)
    }

    fn end(&self, sequence: &'static str, ending: Ending, actor: &str) -> Result<(), PowerError> {
        if self.mode == Mode::Container {
            return Err(PowerError::Container);
        }
        if self.ending.swap(true, Ordering::SeqCst) {
            return Err(PowerError::Ending);
        }
        tracing::info!("{sequence}: asked for by {actor}");
        tokio::spawn(self.clone().run(sequence, ending, actor.to_owned()));
        Ok(())
    }

    async fn run(self, sequence: &'static str, ending: Ending, actor: String) {
        let phase = if ending == Ending::Reboot { "reboot" } else { "shutdown" };
        self.stage.sequence(sequence, Mark::Start, &actor);
        self.stage.phase("stopEverything", Mark::Start, &actor);
        self.stage.task(STOP_ALL, Mark::Start, &actor);
        self.stage.task(STOP_ALL, Mark::Stop, &actor);
        self.stage.phase("stopEverything", Mark::Stop, &actor);
        self.stage.phase(phase, Mark::Start, &actor);
        tokio::time::sleep(LAST_WORDS).await;
        if self.init.send(Request::End(ending)).await.is_err() {
            tracing::error!("{sequence}: init has closed its socket");
            self.ending.store(false, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Events, Tail};
    use crate::xid::XidSource;

    fn power(mode: Mode) -> (Power, Events, mpsc::Receiver<Request>) {
        let events = Events::new(XidSource::fixed(1));
        let (init, requests) = mpsc::channel(4);
        (Power::new(mode, Stage::new(events.clone()), init), events, requests)
    }

    #[tokio::test(start_paused = true)]
    async fn a_reboot_is_announced_and_then_left_to_init() {
        let (power, events, mut requests) = power(Mode::Metal);
        assert_eq!(power.reboot("actor"), Ok(()));
        assert_eq!(power.shutdown("other"), Err(PowerError::Ending));
        assert_eq!(requests.recv().await, Some(Request::End(Ending::Reboot)));
        let mut reader = events.follow(&Tail::All);
        for expected in ["machine.SequenceEvent", "machine.PhaseEvent", "machine.TaskEvent"] {
            let event = reader.next().await.expect("an event");
            assert_eq!((event.message, event.actor.as_str()), (expected, "actor"));
        }
    }

    #[tokio::test]
    async fn a_container_is_ended_by_its_engine() {
        let (power, _, _) = power(Mode::Container);
        assert_eq!(power.reboot("actor"), Err(PowerError::Container));
        assert!(!power.is_ending());
    }
}
