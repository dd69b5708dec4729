//! Controllers without any trouble, for their unit tests: synchronous, in a fixed order, in virtual time.

use std::time::Duration;

use super::{
    choice::Choices,
    engine::{Engine, Flaw, Plan},
    setup::Setup,
};
use crate::state::State;

/// Controllers that run undisturbed whenever a test lets them. The world of the setup takes no steps.
///
/// Dropping it checks nothing.
pub struct Calm(Engine);

impl Calm {
    /// Boots and starts the controllers, and runs them until they are quiet.
    ///
    /// # Errors
    /// They do not become quiet, one panics, or an invariant does not hold.
    pub fn start(build: impl Fn(&mut Setup)) -> Result<Self, Flaw> {
        let plan = Plan { seed: 0, choices: Choices::given(Vec::new()), traced: false };
        let mut engine = Engine::new(&build, plan);
        engine.calm();
        engine.boot();
        engine.start();
        engine.settle()?;
        Ok(Self(engine))
    }

    /// The store.
    #[must_use]
    pub fn state(&self) -> State {
        self.0.state()
    }

    /// Runs the controllers until they are quiet.
    ///
    /// # Errors
    /// They do not become quiet, one panics, or an invariant does not hold.
    pub fn settle(&mut self) -> Result<(), Flaw> {
        self.0.settle()
    }

    /// Runs the controllers while so much virtual time passes.
    ///
    /// # Errors
    /// As [`Calm::settle`].
    pub fn advance(&mut self, time: Duration) -> Result<(), Flaw> {
        self.0.advance(time)
    }

    /// Ends all controllers and makes them anew; the store stays.
    ///
    /// # Errors
    /// As [`Calm::settle`].
    pub fn restart(&mut self) -> Result<(), Flaw> {
        self.0.start();
        self.0.settle()
    }
}

impl std::fmt::Debug for Calm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Calm").field(&self.state()).finish()
    }
}
