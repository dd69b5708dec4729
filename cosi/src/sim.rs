//! A simulator: runs a set of controllers under one seed, on a virtual clock, with faults, and checks invariants.
//!
//! The controllers are those of production, with the [`Context`](crate::Context) and the engine of production. What is
//! played is what varies: which of the ready controllers runs next and what runs in the middle of it, which call is
//! refused, when news arrive, when everything ends. One seed decides it all, so it can be had again.
//!
//! A test describes one run: its controllers, what the world does to their inputs, and what must hold whenever nobody
//! has anything left to do.
//!
//! ```
//! use cosi::{BoxError, Context, Controller, Declaration, Object, Resource, exclusive, weak};
//! use cosi::sim::{Fault, Simulation};
//! # use cosi::{DecodeError, Definition, Spec};
//! # macro_rules! number { ($name:ident) => {
//! # #[derive(Clone, Debug, PartialEq)] struct $name(u8);
//! # impl Spec for $name {
//! #     const TYPE: &'static str = concat!(stringify!($name), "s.test.example");
//! #     const NAMESPACE: &'static str = "test";
//! #     fn definition() -> Definition { Definition::new() }
//! #     fn to_proto(&self) -> Vec<u8> { vec![self.0] }
//! #     fn from_proto(bytes: &[u8]) -> Result<Self, DecodeError> { Ok(Self(bytes.len() as u8)) }
//! #     fn to_yaml(&self) -> String { self.0.to_string() }
//! # } } }
//! # number!(Number);
//! # number!(Square);
//!
//! /// Writes the square of each number.
//! struct Squares;
//!
//! static SQUARES: Declaration = Declaration {
//!     name: "test.Squares",
//!     inputs: &[weak::<Number>("test")],
//!     outputs: &[exclusive::<Square>()],
//! };
//!
//! impl Controller for Squares {
//!     fn declaration(&self) -> &'static Declaration {
//!         &SQUARES
//!     }
//!
//!     fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
//!         let numbers = cx.list::<Number>("test")?;
//!         let squares = numbers.iter().map(|n| (n.id().clone(), Square(n.spec.0 * n.spec.0)));
//!         Ok(cx.converge("test", squares)?)
//!     }
//! }
//!
//! let simulation = Simulation::new("squares", |sim| {
//!     sim.controller(|| Squares);
//!     // The world sets or removes one of three numbers, ten times.
//!     sim.world(10, |world| {
//!         let id = ["a", "b", "c"][world.pick(3)];
//!         let value = world.pick(10) as u8;
//!         world.note(|| format!("{id} = {value}"));
//!         if value == 0 {
//!             drop(world.state().destroy("test", Number::TYPE, id, ""));
//!         } else {
//!             drop(world.state().put("test", id, "", Number(value)));
//!         }
//!     });
//!     // At every quiet point there is one square per number, and nothing else.
//!     sim.invariant("the squares are those of the numbers", |state| {
//!         let squares = state.list_as::<Square>()?;
//!         let found: Vec<_> = squares.iter().map(|s| (s.id().clone(), s.spec.0)).collect();
//!         let numbers = state.list_as::<Number>()?;
//!         let wanted: Vec<_> = numbers.iter().map(|n| (n.id().clone(), n.spec.0.pow(2))).collect();
//!         if found == wanted { Ok(()) } else { Err(format!("{found:?}, not {wanted:?}").into()) }
//!     });
//!     // A reboot would lose the numbers, which nothing here restores.
//!     sim.faults(cosi::sim::Faults::all().without(Fault::Reboot));
//! });
//! let report = simulation.seeds(200).check();
//! assert!(report.faults[&Fault::Crash] > 0);
//! ```
//!
//! [`Simulation::check`] panics at the first seed that fails, with the seed and the simplest schedule that fails in the
//! same way. `SEED=… cargo test NAME` runs that seed alone; `SIM_SEEDS=100000 cargo test NAME` runs more of them.
//!
//! **Controllers that touch the outside** get a fake of it, made in the same closure, whose verbs go through an
//! [`Outside`]: so calls of the fake can be refused, and a crash may fall between them too.
//!
//! **Concurrency.** Where production runs controllers on several threads, here others run between any two calls of a
//! reconcile, to their ends. Two reconciles that each see half of the other do not occur.
//!
//! **Unit tests** of controllers can use [`Calm`]: the same setup, no faults, no threads, no waiting.

mod calm;
mod choice;
mod clock;
mod engine;
mod far;
mod fault;
mod near;
mod report;
mod setup;
mod shared;
mod shrink;
mod slot;
mod subject;
#[cfg(test)]
mod tests;
mod world;

use std::{fmt, num::ParseIntError, ops::Range, str::FromStr};

pub use self::{
    calm::Calm,
    engine::Flaw,
    fault::{Fault, Faults},
    report::{CrashPoint, Report, Tally},
    setup::Setup,
    world::{Interrupted, Outside, World},
};
use self::{
    choice::Choices,
    engine::{Engine, Outcome, Plan},
    shrink::shrink,
};

/// Runs one seed alone.
const SEED: &str = "SEED";

/// Runs so many seeds.
const SEEDS: &str = "SIM_SEEDS";

/// Rounds of crashing where no crash fell by chance. What follows a crash can reach crash points of its own.
const ROUNDS: usize = 3;

/// Lines shown of the beginning of a long trace.
const BEGIN: usize = 120;

/// Lines shown of the end of a long trace.
const END: usize = 10;

/// A set of controllers, and how many seeds to run them under.
pub struct Simulation {
    name: &'static str,
    build: Box<dyn Fn(&mut Setup)>,
    seeds: u64,
}

impl Simulation {
    /// A simulation that `build` sets up anew for each seed. `name` is that of the test, to run it again by.
    #[must_use]
    pub fn new(name: &'static str, build: impl Fn(&mut Setup) + 'static) -> Self {
        Self { name, build: Box::new(build), seeds: 1000 }
    }

    /// How many seeds [`Simulation::check`] runs, unless the environment says otherwise.
    #[must_use]
    pub fn seeds(self, seeds: u64) -> Self {
        Self { seeds, ..self }
    }

    /// Runs the seeds that the environment asks for, or else the first ones; returns what they did.
    ///
    /// # Panics
    /// If one fails, with its seed and the simplest schedule found; or if the environment holds no numbers.
    #[expect(clippy::panic, reason = "this is how a test says that it failed")]
    pub fn check(&self) -> Report {
        fn variable<T: FromStr>(name: &str) -> Option<T> {
            let text = std::env::var(name).ok()?;
            Some(text.parse().unwrap_or_else(|_| panic!("{name}={text}: not a number")))
        }
        let result = match variable::<Seed>(SEED) {
            Some(seed) => {
                let mut report = Report::default();
                self.one(seed, &mut report).map(|()| report)
            }
            None => self.run(0..variable(SEEDS).unwrap_or(self.seeds)),
        };
        match result {
            Ok(report) => report,
            Err(failure) => panic!("{failure}"),
        }
    }

    /// Runs these seeds, up to the first that fails. Then, for each crash point that was come by without a crash, the
    /// first such seed again with a crash there.
    ///
    /// # Errors
    /// The failure, shrunk.
    pub fn run(&self, seeds: Range<u64>) -> Result<Report, Box<Failure>> {
        let mut report = Report::default();
        for seed in seeds {
            self.one(Seed { seed, crash: None }, &mut report)?;
        }
        for _ in 0..ROUNDS {
            for (seed, at) in report.places_uncrashed() {
                self.one(Seed { seed, crash: Some(at) }, &mut report)?;
            }
        }
        Ok(report)
    }

    /// The first of these seeds that fails, and how, without shrinking.
    #[must_use]
    pub fn find(&self, mut seeds: Range<u64>) -> Option<(u64, Flaw)> {
        let once = |seed| self.once(Seed { seed, crash: None }, None, Traced::No).flaw;
        seeds.find_map(|seed| Some((seed, once(seed)?)))
    }

    fn one(&self, seed: Seed, report: &mut Report) -> Result<(), Box<Failure>> {
        let outcome = self.once(seed, None, Traced::No);
        report.add(seed.seed, outcome.report);
        match outcome.flaw {
            Some(flaw) => Err(Box::new(self.shrunk(seed, flaw, outcome.taken))),
            None => Ok(()),
        }
    }

    fn once(&self, seed: Seed, list: Option<&[usize]>, traced: Traced) -> Outcome {
        let choices = match (list, seed.crash) {
            (Some(list), _) => Choices::given(list.to_vec()),
            (None, None) => Choices::seeded(seed.seed),
            (None, Some(at)) => Choices::seeded(seed.seed).forced(at, 1),
        };
        let plan = Plan { seed: seed.seed, choices, traced: traced == Traced::Yes };
        Engine::new(&*self.build, plan).run()
    }

    fn shrunk(&self, seed: Seed, flaw: Flaw, taken: Vec<usize>) -> Failure {
        let decisions = taken.len();
        let (kept, attempts) = shrink(taken, |list| {
            let again = self.once(seed, Some(list), Traced::No).flaw;
            again.is_some_and(|again| again.is_like(&flaw))
        });
        let last = self.once(seed, Some(&kept), Traced::Yes);
        let kept = kept.into_iter().filter(|choice| *choice > 0).count();
        let name = self.name;
        // The simplest run may fail with other words.
        let (repeats, flaw) = (last.flaw.is_some(), last.flaw.unwrap_or(flaw));
        let trace = abridged(last.trace);
        Failure { name, seed, flaw, decisions, kept, attempts, repeats, trace }
    }
}

/// A trace that is short enough to read: what never becomes quiet says the same over and over.
fn abridged(mut trace: Vec<String>) -> Vec<String> {
    if trace.len() > BEGIN + END {
        let left_out = trace.len() - BEGIN - END;
        trace.splice(BEGIN..BEGIN + left_out, [format!("({left_out} lines left out)")]);
    }
    trace
}

/// What a run is had again by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed {
    /// What the decisions are drawn from.
    pub seed: u64,
    /// A decision, by its number, that is to crash.
    crash: Option<usize>,
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.crash {
            None => write!(f, "{}", self.seed),
            Some(at) => write!(f, "{}+{at}", self.seed),
        }
    }
}

impl FromStr for Seed {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (seed, crash) = match text.split_once('+') {
            None => (text, None),
            Some((seed, at)) => (seed, Some(at.parse()?)),
        };
        Ok(Self { seed: seed.parse()?, crash })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Traced {
    Yes,
    No,
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Simulation({}, {} seeds)", self.name, self.seeds)
    }
}

/// A seed under which the controllers do not do what they must.
#[derive(Clone, Debug, thiserror::Error)]
pub struct Failure {
    name: &'static str,
    /// What the run is had again by.
    pub seed: Seed,
    /// What is wrong, in the simplest run.
    pub flaw: Flaw,
    decisions: usize,
    kept: usize,
    attempts: usize,
    repeats: bool,
    /// The simplest run that fails in the same way, a line for each thing that happened; the middle of a long one is left out.
    pub trace: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, seed, flaw, decisions, kept, attempts, .. } = self;
        writeln!(f, "{name}: seed {seed}: {flaw}")?;
        writeln!(f, "again: {SEED}={seed} cargo test {name}")?;
        writeln!(
            f,
            "simplest schedule, with {kept} of {decisions} decisions, found in {attempts} runs:"
        )?;
        for line in &self.trace {
            writeln!(f, "{line}")?;
        }
        if !self.repeats {
            writeln!(f, "it did not fail again: something in it depends on more than the seed")?;
        }
        Ok(())
    }
}
