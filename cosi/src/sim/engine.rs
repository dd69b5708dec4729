//! One simulated run: starts the controllers, lets things happen until everything is quiet, checks, goes on.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    choice::Choices,
    clock::Virtual,
    far::Link,
    fault::{Fault, Faults, Rates},
    near::Guard,
    report::Report,
    setup::{Make, Place, Setup},
    shared::{Core, Shared, Turn},
    slot::{Motor, Slot},
    subject::{QueueSubject, Subject},
    world::{Outside, World},
};
use crate::{
    engine::{Controller, Declaration, Driver, Gauge, QueueController, QueueDriver, Store},
    state::State,
};

/// Turns after which a run is taken for one that never becomes quiet, counted anew at each quiet point.
const RESTLESS: usize = 5_000;

/// Times for which a controller may ask, after the world has ended, that are waited for: more of them is a poller.
const WAITS: usize = 16;

/// Why a run is not right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// An invariant does not hold.
    #[error("{name:?} does not hold at a quiet point: {problem}")]
    Invariant {
        /// The invariant, as [`Setup::invariant`] names it.
        name: String,
        /// What it says.
        problem: String,
    },
    /// A controller panics by itself.
    #[error("{controller} panics: {message}")]
    Panic {
        /// The controller.
        controller: String,
        /// What the panic says.
        message: String,
    },
    /// The controllers wake each other without end, or one never succeeds.
    #[error("it does not become quiet; still at it: {0}")]
    Restless(String),
}

impl Flaw {
    /// Whether both are the same fault, whatever they say about it.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Invariant { name, .. }, Self::Invariant { name: other, .. }) => name == other,
            (Self::Panic { controller, .. }, Self::Panic { controller: other, .. }) => {
                controller == other
            }
            (Self::Restless(_), Self::Restless(_)) => true,
            _ => false,
        }
    }
}

/// What a run is made of beside its setup.
pub(super) struct Plan {
    pub(super) seed: u64,
    pub(super) choices: Choices,
    pub(super) traced: bool,
}

/// How a run went.
pub(super) struct Outcome {
    pub(super) report: Report,
    pub(super) flaw: Option<Flaw>,
    pub(super) taken: Vec<usize>,
    pub(super) trace: Vec<String>,
}

/// A simulated run.
pub(super) struct Engine {
    shared: Arc<Shared>,
    setup: Setup,
}

impl Engine {
    /// Everything as it is before the controllers start.
    pub(super) fn new(build: &dyn Fn(&mut Setup), plan: Plan) -> Self {
        let clock = Arc::new(Virtual::default());
        let core = Core {
            choices: plan.choices,
            rates: Rates::of(plan.seed, Faults::none()),
            now: Duration::ZERO,
            begun: Instant::now(),
            slots: Vec::new(),
            frames: Vec::new(),
            state: State::new(Arc::clone(&clock) as _),
            link: None,
            world: None,
            steps: 0,
            ended: None,
            report: Report { seeds: 1, ..Report::default() },
            trace: plan.traced.then(Vec::new),
            panic: None,
        };
        let shared = Arc::new(Shared::new(core, Arc::clone(&clock)));
        let mut setup = Setup::new(Outside(Arc::clone(&shared)), clock);
        build(&mut setup);
        let mut core = shared.lock();
        core.rates = Rates::of(plan.seed, setup.faults);
        core.world = setup.world.take();
        core.steps = setup.steps;
        drop(core);
        Self { shared, setup }
    }

    pub(super) fn state(&self) -> State {
        self.shared.lock().state.clone()
    }

    /// Nothing happens but what the controllers do.
    pub(super) fn calm(&mut self) {
        let mut core = self.shared.lock();
        core.rates = Rates::of(0, Faults::none());
        core.steps = 0;
    }

    /// Runs until the world has ended and everything is quiet.
    pub(super) fn run(mut self) -> Outcome {
        let flaw = self.play().err();
        let mut core = self.shared.lock();
        let mut report = std::mem::take(&mut core.report);
        report.time = core.now;
        let taken = std::mem::replace(&mut core.choices, Choices::given(Vec::new())).into_taken();
        let trace = core.trace.take().unwrap_or_default();
        drop(core);
        Outcome { report, flaw, taken, trace }
    }

    fn play(&mut self) -> Result<(), Flaw> {
        self.boot();
        self.start();
        let mut waits = 0;
        loop {
            self.settle()?;
            let mut core = self.shared.lock();
            let (more, timer) = (core.steps > 0, core.next_time());
            let choice = if more { core.choices.weighted(&[1, 12, 3]) } else { 0 };
            match (more, choice, timer) {
                (true, 1, _) => {
                    drop(core);
                    self.shared.step();
                }
                (true, 2, Some(time)) => self.shared.wait(&mut core, time),
                (true, 2, None) => {}
                (true, ..) => core.steps = 0,
                (false, _, Some(time)) if waits < WAITS => {
                    waits += 1;
                    self.shared.wait(&mut core, time);
                }
                (false, ..) => {
                    let state = core.state.clone();
                    drop(core);
                    let Some(mut ending) = self.setup.ending.take() else { return Ok(()) };
                    waits = 0;
                    ending(&World::new(&self.shared, state));
                }
            }
        }
    }

    /// Lets things happen until everything is quiet, and checks the invariants.
    pub(super) fn settle(&mut self) -> Result<(), Flaw> {
        for _ in 0..RESTLESS {
            self.restart();
            let mut core = self.shared.lock();
            if let Some(flaw) = core.panic.take() {
                return Err(flaw);
            }
            let turns = core.turns();
            let own = turns.iter().filter(|turn| **turn != Turn::World).count();
            if own == 0 && core.is_quiet() {
                core.report.quiet += 1;
                core.say(|| "quiet".to_owned());
                let state = core.state.clone();
                drop(core);
                return self.check(&state);
            }
            // The world is the least eager: controllers get most of what they need before the next change.
            let weights: Vec<u32> =
                turns.iter().map(|turn| if *turn == Turn::World { 1 } else { 4 }).collect();
            let time = core.next_time().filter(|_| own == 0);
            let weights: Vec<u32> = time.map(|_| 4).into_iter().chain(weights).collect();
            let mut choice = core.choices.weighted(&weights);
            if let Some(time) = time {
                if choice == 0 {
                    self.shared.wait(&mut core, time);
                    continue;
                }
                choice -= 1;
            }
            drop(core);
            if let Some(turn) = turns.get(choice) {
                self.shared.take(*turn);
            }
        }
        let core = self.shared.lock();
        let busy = core.slots.iter().filter(|slot| slot.restless());
        let busy = busy.map(|slot| match slot.gauge.metrics().last_error {
            Some(error) => format!("{} (last error: {error})", slot.name),
            None => slot.name.to_owned(),
        });
        Err(Flaw::Restless(busy.collect::<Vec<_>>().join(", ")))
    }

    fn check(&self, state: &State) -> Result<(), Flaw> {
        for (name, holds) in &self.setup.invariants {
            holds(state).map_err(|problem| Flaw::Invariant {
                name: (*name).to_owned(),
                problem: problem.to_string(),
            })?;
        }
        Ok(())
    }

    /// Fills the new store.
    pub(super) fn boot(&mut self) {
        let state = self.state();
        if let Some(boot) = &mut self.setup.boot {
            boot(&state);
        }
    }

    /// Makes all controllers.
    pub(super) fn start(&mut self) {
        let state = self.state();
        let mut link = None;
        let mut slots = Vec::new();
        for (place, make) in &mut self.setup.controllers {
            let shared = || Arc::clone(&self.shared);
            let made = match make {
                Make::Whole(make) => Made::Whole(Subject::new(make(), shared())),
                Make::Queue(make) => Made::Queue(QueueSubject::new(make(), shared())),
            };
            let declaration = made.declaration();
            let link = (*place == Place::Far).then(|| {
                let late = self.setup.resume_late;
                let new = || Arc::new(Link::new(shared(), state.clone(), late));
                Arc::clone(link.get_or_insert_with(new))
            });
            if let Some(link) = &link {
                declaration.inputs.iter().for_each(|i| link.follow(i.namespace, i.kind));
            }
            let gauge = Arc::new(Gauge::new());
            let guard: Arc<dyn Store> = Arc::new(Guard::new(shared(), state.clone(), link));
            let own = Arc::clone(&gauge);
            let motor = match made {
                Made::Whole(subject) => {
                    Motor::Whole(Some(Box::new(Driver::start(Box::new(subject), guard, own))))
                }
                Made::Queue(subject) => {
                    Motor::Queue(Arc::new(QueueDriver::start(Arc::new(subject), guard, own)))
                }
            };
            slots.push(Slot::new(declaration.name, gauge, motor));
        }
        let mut core = self.shared.lock();
        core.link = link;
        let old = std::mem::replace(&mut core.slots, slots);
        drop(core);
        drop(old);
    }

    /// Makes everything anew after a crash.
    fn restart(&mut self) {
        let mut core = self.shared.lock();
        let Some(ended) = core.ended.take() else { return };
        // They ended with the crash, whatever their last words are.
        let (old, link) = (std::mem::take(&mut core.slots), core.link.take());
        if ended == Fault::Reboot {
            core.state = State::new(Arc::clone(&self.shared.clock) as _);
        }
        drop(core);
        drop((old, link));
        if ended == Fault::Reboot {
            self.boot();
        }
        self.start();
    }

    /// Lets time pass.
    pub(super) fn advance(&mut self, time: Duration) -> Result<(), Flaw> {
        let end = self.shared.lock().now + time;
        loop {
            self.settle()?;
            let mut core = self.shared.lock();
            let next = core.next_time().filter(|next| *next <= end);
            self.shared.wait(&mut core, next.unwrap_or(end));
            if next.is_none() {
                return Ok(());
            }
        }
    }
}

/// A controller that does not run yet.
enum Made {
    Whole(Subject),
    Queue(QueueSubject),
}

impl Made {
    fn declaration(&self) -> &'static Declaration {
        match self {
            Self::Whole(subject) => subject.declaration(),
            Self::Queue(subject) => subject.declaration(),
        }
    }
}

impl Drop for Engine {
    /// Controllers and closures hold the simulation, which holds them.
    fn drop(&mut self) {
        let mut core = self.shared.lock();
        let old = (std::mem::take(&mut core.slots), core.link.take(), core.world.take());
        drop(core);
        drop(old);
    }
}
