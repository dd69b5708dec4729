//! The world around the controllers, as a simulation plays it: what changes inputs, and what fakes tell the simulator.

use std::sync::Arc;

use super::{report::Write, shared::Shared};
use crate::{error::Error, state::State};

/// A step of the world.
pub(super) type Step = Box<dyn FnMut(&World<'_>) + Send>;

/// What a step of the world can do.
#[derive(Debug)]
pub struct World<'a> {
    shared: &'a Shared,
    state: State,
}

impl<'a> World<'a> {
    pub(super) fn new(shared: &'a Shared, state: State) -> Self {
        Self { shared, state }
    }

    /// The store that the controllers work on.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// A decision: a number below `count`. Shrinking makes it smaller, so 0 should be the plainest.
    #[must_use]
    pub fn pick(&self, count: usize) -> usize {
        self.shared.lock().choices.below(count)
    }

    /// Says what the step does, for those who read how a run went.
    pub fn note(&self, text: impl FnOnce() -> String) {
        if self.shared.is_traced() {
            let text = text();
            self.shared.lock().say(|| format!("the world: {text}"));
        }
    }
}

/// What a fake of the outside (a kernel, a disk) tells the simulator: where a controller may be interrupted.
///
/// A fake must not hold a lock around these calls, since others may run within them. Calls of the world itself, or of
/// an invariant, are never interrupted.
#[derive(Clone, Debug)]
pub struct Outside(pub(super) Arc<Shared>);

/// The outside did not do what a controller asked for, or did it and its answer was lost.
#[derive(Debug, thiserror::Error)]
#[error("{what}: no answer")]
pub struct Interrupted {
    what: &'static str,
    #[source]
    source: Error,
}

impl Outside {
    /// Looks at the outside, after whatever the simulator has happen before.
    ///
    /// # Errors
    /// The simulator refuses.
    pub fn look<R>(&self, what: &'static str, look: impl FnOnce() -> R) -> Result<R, Interrupted> {
        self.0.look().map_err(|source| Interrupted { what, source })?;
        Ok(look())
    }

    /// Changes the outside, which must take effect at once or not at all. `what` names the kind of change in reports,
    /// so there should be few, such as `kernel.add`; `details` is for those who read how a run went.
    ///
    /// # Errors
    /// The simulator refuses, or loses the answer of a change that was made.
    pub fn change<R>(
        &self,
        what: &'static str,
        details: impl FnOnce() -> String,
        change: impl FnOnce() -> R,
    ) -> Result<R, Interrupted> {
        let interrupted = |source| Interrupted { what, source };
        self.0.look().map_err(interrupted)?;
        let write = Write { verb: what, what: crate::text::Text::EMPTY };
        self.0.change(write, details, || Ok(change())).map_err(interrupted)
    }
}
