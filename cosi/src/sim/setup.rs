//! What a simulation is made of: controllers, world, invariants, faults.

use std::{fmt, sync::Arc};

use super::{
    clock::Virtual,
    fault::Faults,
    world::{Outside, Step, World},
};
use crate::{
    engine::{BoxError, Controller, QueueController},
    state::State,
    time::Clock,
};

/// Where a controller runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Near,
    Far,
}

/// Makes a controller of either sort.
pub(super) enum Make {
    Whole(Box<dyn FnMut() -> Box<dyn Controller>>),
    Queue(Box<dyn FnMut() -> Arc<dyn QueueController>>),
}

impl Make {
    fn whole<C: Controller>(mut make: impl FnMut() -> C + 'static) -> Self {
        Self::Whole(Box::new(move || Box::new(make())))
    }

    fn queue<C: QueueController>(mut make: impl FnMut() -> C + 'static) -> Self {
        Self::Queue(Box::new(move || Arc::new(make())))
    }
}

type Boot = Box<dyn FnMut(&State)>;
type Invariant = Box<dyn Fn(&State) -> Result<(), BoxError>>;

/// What one run is made of. Built anew for each seed, with the fakes that belong to it.
pub struct Setup {
    outside: Outside,
    clock: Arc<Virtual>,
    pub(super) controllers: Vec<(Place, Make)>,
    pub(super) boot: Option<Boot>,
    pub(super) world: Option<Step>,
    pub(super) steps: usize,
    pub(super) ending: Option<Step>,
    pub(super) invariants: Vec<(&'static str, Invariant)>,
    pub(super) faults: Faults,
    pub(super) resume_late: bool,
}

impl Setup {
    pub(super) fn new(outside: Outside, clock: Arc<Virtual>) -> Self {
        Self {
            outside,
            clock,
            controllers: Vec::new(),
            boot: None,
            world: None,
            steps: 0,
            ending: None,
            invariants: Vec::new(),
            faults: Faults::all(),
            resume_late: false,
        }
    }

    /// What fakes of the outside tell the simulator by.
    #[must_use]
    pub fn outside(&self) -> Outside {
        self.outside.clone()
    }

    /// The virtual clock, which also stamps the resources. For controllers that take a clock.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock) as _
    }

    /// Adds a controller beside the store. `make` is called at the start and after each crash.
    ///
    /// Controllers get no async runtime: what production code spawns in
    /// [`Controller::start`], the world plays, by resources or by the waker.
    pub fn controller<C: Controller>(&mut self, make: impl FnMut() -> C + 'static) {
        self.controllers.push((Place::Near, Make::whole(make)));
    }

    /// As [`Setup::controller`], for one that works on one item at a time.
    pub fn queue<C: QueueController>(&mut self, make: impl FnMut() -> C + 'static) {
        self.controllers.push((Place::Near, Make::queue(make)));
    }

    /// Adds a controller whose store is behind a socket. All of them are in one process, with one copy of the store.
    pub fn distant<C: Controller>(&mut self, make: impl FnMut() -> C + 'static) {
        self.controllers.push((Place::Far, Make::whole(make)));
    }

    /// As [`Setup::distant`], for one that works on one item at a time.
    pub fn distant_queue<C: QueueController>(&mut self, make: impl FnMut() -> C + 'static) {
        self.controllers.push((Place::Far, Make::queue(make)));
    }

    /// Fills an empty store: at the start, and after each [`Fault::Reboot`](super::Fault::Reboot), where it also does
    /// to the fakes what a reboot does.
    pub fn boot(&mut self, boot: impl FnMut(&State) + 'static) {
        self.boot = Some(Box::new(boot));
    }

    /// What changes the inputs: called up to `steps` times, between any two calls of the controllers.
    pub fn world(&mut self, steps: usize, step: impl FnMut(&World<'_>) + Send + 'static) {
        self.steps = steps;
        self.world = Some(Box::new(step));
    }

    /// Called once, when the world has taken its steps and everything is quiet. Afterwards everything has to become
    /// quiet once more. The place to take all inputs away, so that leaks are seen.
    pub fn ending(&mut self, step: impl FnMut(&World<'_>) + Send + 'static) {
        self.ending = Some(Box::new(step));
    }

    /// Must hold at every quiet point: nobody has anything to do but wait for a time or an event.
    pub fn invariant(
        &mut self,
        name: &'static str,
        holds: impl Fn(&State) -> Result<(), BoxError> + 'static,
    ) {
        self.invariants.push((name, Box::new(holds)));
    }

    /// What may happen; everything, unless this says otherwise.
    pub fn faults(&mut self, faults: Faults) {
        self.faults = faults;
    }

    /// A bug, for tests of the simulator itself: watches of distant controllers resume one event late.
    #[doc(hidden)]
    pub fn plant_late_resumption(&mut self) {
        self.resume_late = true;
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Setup of {} controllers", self.controllers.len())
    }
}
