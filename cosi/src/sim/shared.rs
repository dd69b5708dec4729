//! What everything in one simulated run shares: the decisions, the controllers, the time, the record.
//!
//! Controllers come by here with each call, and may not come back: a crash unwinds them.
//! The lock is never held while a controller, the world or a change of the outside runs.

use std::{
    fmt,
    panic::resume_unwind,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    choice::Choices,
    clock::Virtual,
    engine::Flaw,
    far::Link,
    fault::{Fault, Rates},
    near::short,
    report::{CrashPoint, Report, Write},
    slot::{Motor, Slot},
    world::{Step, World},
};
use crate::{engine, error::Error, metadata::Place, state::State};

/// Reconciles within each other: each sees a change in its middle, more only make runs longer.
const DEEPEST: usize = 3;

/// Waits of a controller that is late: within a backoff, beyond one, beyond the longest.
const DELAYS: [Duration; 3] =
    [Duration::from_millis(20), Duration::from_secs(2), Duration::from_secs(60)];

/// What everything in one simulated run shares.
pub(super) struct Shared {
    core: Mutex<Core>,
    pub(super) clock: Arc<Virtual>,
}

pub(super) struct Core {
    pub(super) choices: Choices,
    pub(super) rates: Rates,
    /// Virtual time since the beginning.
    pub(super) now: Duration,
    /// An instant to count virtual time from.
    pub(super) begun: Instant,
    pub(super) slots: Vec<Slot>,
    /// The reconciles that are under way, each within the one before.
    pub(super) frames: Vec<Frame>,
    pub(super) state: State,
    pub(super) link: Option<Arc<Link>>,
    pub(super) world: Option<Step>,
    /// Steps that the world may still take.
    pub(super) steps: usize,
    pub(super) ended: Option<Fault>,
    pub(super) report: Report,
    pub(super) trace: Option<Vec<String>>,
    /// What a controller did that none may do.
    pub(super) panic: Option<Flaw>,
}

/// A reconcile under way.
pub(super) struct Frame {
    slot: usize,
    last: Write,
}

/// What a crash unwinds with. It is no panic: no hook sees it.
#[derive(Debug)]
pub(super) struct Gone;

/// What an injected panic unwinds with; no hook sees it either.
#[derive(Debug)]
pub(super) struct Thrown;

/// Something that can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Run(usize),
    Deliver(usize),
    World,
}

impl Shared {
    pub(super) fn new(core: Core, clock: Arc<Virtual>) -> Self {
        Self { core: Mutex::new(core), clock }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody reads how the run goes.
    pub(super) fn is_traced(&self) -> bool {
        self.lock().trace.is_some()
    }

    /// A controller is about to look at something: others may run first, or it is refused.
    pub(super) fn look(self: &Arc<Self>) -> Result<(), Error> {
        let mut core = self.lock();
        if core.frames.is_empty() {
            return Ok(());
        }
        match core.fault([Fault::Interleave, Fault::Error]) {
            Some(Fault::Interleave) => {
                drop(core);
                self.interleave();
                Ok(())
            }
            Some(_) => {
                core.say(|| "is refused".to_owned());
                Err(Error::Timeout("be answered by the simulator"))
            }
            None => Ok(()),
        }
    }

    /// A controller changes something, unless everything ends before.
    pub(super) fn change<R>(
        self: &Arc<Self>,
        write: Write,
        details: impl FnOnce() -> String,
        change: impl FnOnce() -> Result<R, Error>,
    ) -> Result<R, Error> {
        let fault = self.point(&write, [Fault::Unanswered, Fault::Panic])?;
        let verb = write.verb;
        let result = change();
        let details = if self.is_traced() { details() } else { String::new() };
        let mut core = self.lock();
        let Some(frame) = core.frames.last_mut() else { return result };
        if result.is_ok() {
            frame.last = write;
        }
        core.say(|| match &result {
            Ok(_) => format!("{verb} {details}"),
            Err(error) => format!("{verb} {details}: {error}"),
        });
        if fault.is_some() && result.is_ok() {
            core.say(|| "is not answered".to_owned());
            return Err(Error::Timeout("be answered by the simulator"));
        }
        result
    }

    /// A controller has done everything.
    pub(super) fn end(self: &Arc<Self>) -> Result<(), Error> {
        match self.point(&Write::END, [Fault::Error, Fault::Panic])? {
            Some(_) => Err(Error::Timeout("be answered by the simulator")),
            None => Ok(()),
        }
    }

    /// A place between two writes. Returns the first of `faults` if that occurs; the second, a panic, does not return.
    fn point(self: &Arc<Self>, write: &Write, faults: [Fault; 2]) -> Result<Option<Fault>, Error> {
        let mut core = self.lock();
        let Some(frame) = core.frames.last() else { return Ok(None) };
        let point = CrashPoint::new(core.slots[frame.slot].name, frame.last.clone(), write.clone());
        let here = core.choices.len();
        let fault = core.fault([Fault::Crash, Fault::Reboot, faults[0], faults[1]]);
        let tally = core.report.pass(point, here);
        match fault {
            Some(ended @ (Fault::Crash | Fault::Reboot)) => {
                tally.crashed += 1;
                core.ended = Some(ended);
                core.say(|| format!("{} before {write}", ended.name().to_uppercase()));
                drop(core);
                resume_unwind(Box::new(Gone))
            }
            Some(Fault::Panic) => {
                core.say(|| format!("panics before {write}"));
                drop(core);
                resume_unwind(Box::new(Thrown))
            }
            Some(fault) if *write == Write::END => {
                core.say(|| "fails at the end".to_owned());
                Ok(Some(fault))
            }
            other => Ok(other),
        }
    }

    /// Lets others run in the middle of a reconcile.
    fn interleave(self: &Arc<Self>) {
        let turn = {
            let mut core = self.lock();
            let turns = if core.frames.len() < DEEPEST { core.turns() } else { Vec::new() };
            let choice = core.choices.below(turns.len());
            let turn = turns.get(choice).copied();
            if turn.is_some() {
                core.report.count(Fault::Interleave);
                core.say(|| "meanwhile:".to_owned());
            }
            turn
        };
        if let Some(turn) = turn {
            self.take(turn);
        }
        if self.lock().ended.is_some() {
            resume_unwind(Box::new(Gone));
        }
    }

    /// Does what can happen next.
    pub(super) fn take(self: &Arc<Self>, turn: Turn) {
        match turn {
            Turn::Run(slot) => self.run(slot),
            Turn::Deliver(place) => {
                let link = self.lock().link.clone();
                if let Some(link) = link {
                    link.deliver(place);
                }
            }
            Turn::World => self.step(),
        }
    }

    /// Lets time pass until `time`.
    pub(super) fn wait(&self, core: &mut Core, time: Duration) {
        core.now = core.now.max(time);
        self.clock.advance(core.now);
    }

    /// Lets a controller reconcile, or be late.
    fn run(self: &Arc<Self>, index: usize) {
        let mut core = self.lock();
        if core.fault([Fault::Late]).is_some() {
            let delay = DELAYS[core.choices.below(DELAYS.len())];
            let name = core.slots[index].name;
            core.say(|| format!("{name} is late by {delay:?}"));
            let time = core.now + delay;
            core.slots[index].delay(time);
            return;
        }
        match &mut core.slots[index].motor {
            Motor::Whole(driver) => {
                let Some(mut driver) = driver.take() else { return };
                core.begin(index, "reconciles");
                drop(core);
                let next = driver.run();
                let Some(mut core) = self.after(index) else { return };
                let now = core.now;
                let slot = &mut core.slots[index];
                slot.end(now, next);
                slot.motor = Motor::Whole(Some(driver));
            }
            Motor::Queue(driver) => {
                let driver = Arc::clone(driver);
                let now = core.instant();
                drop(core);
                let turn = driver.take(now);
                let mut core = self.lock();
                match turn {
                    engine::Turn::Wait(due) => {
                        let due = due.map(|due| due.saturating_duration_since(core.begun));
                        core.slots[index].pause(due, driver.is_retrying());
                    }
                    engine::Turn::Job(job, waited) => {
                        core.begin(index, &job.to_string());
                        // There may be more in line, for another run in the middle of this one.
                        core.slots[index].fresh = true;
                        drop(core);
                        driver.run(job, waited, || self.lock().instant());
                        if let Some(mut core) = self.after(index) {
                            core.slots[index].fresh = true;
                        }
                    }
                }
            }
        }
    }

    /// A run of a controller is over. None if everything ended with it.
    fn after(&self, index: usize) -> Option<MutexGuard<'_, Core>> {
        let mut core = self.lock();
        core.frames.pop();
        if core.ended.is_some() {
            return None;
        }
        core.slots[index].running -= 1;
        Some(core)
    }

    /// Lets the world take a step.
    pub(super) fn step(self: &Arc<Self>) {
        let (mut world, state) = {
            let mut core = self.lock();
            let Some(world) = core.world.take() else { return };
            core.steps = core.steps.saturating_sub(1);
            core.report.steps += 1;
            (world, core.state.clone())
        };
        world(&World::new(self, state));
        self.lock().world = Some(world);
    }

    /// What becomes of the next thing that arrives at distant controllers.
    pub(super) fn delivery(&self, place: &Place) -> Option<Fault> {
        let mut core = self.lock();
        let fault = core.fault([Fault::Break, Fault::Overrun]);
        core.say(|| match fault {
            Some(fault) => format!("{} on the way of {}", fault.name(), short(&place.kind)),
            None => format!("news of {} arrive", short(&place.kind)),
        });
        fault
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared")
    }
}

impl Core {
    /// A controller begins a run.
    fn begin(&mut self, index: usize, what: &str) {
        let slot = &mut self.slots[index];
        slot.begin();
        let name = slot.name;
        self.report.reconciles += 1;
        self.say(|| format!("{name} {what}"));
        self.frames.push(Frame { slot: index, last: Write::BEGIN });
    }

    /// The virtual time, for those who want an instant.
    fn instant(&self) -> Instant {
        self.begun + self.now
    }

    /// Draws one of `faults`, or none, and counts it.
    fn fault<const N: usize>(&mut self, faults: [Fault; N]) -> Option<Fault> {
        let (chances, allowed) = self.rates.at(faults);
        let fault = faults[self.choices.fault(&chances, &allowed).checked_sub(1)?];
        self.rates.spend(fault);
        // Only where there is somebody to run; see there.
        if fault != Fault::Interleave {
            self.report.count(fault);
        }
        Some(fault)
    }

    /// What can happen next: the ready controllers, what is on its way, the world.
    pub(super) fn turns(&self) -> Vec<Turn> {
        let now = self.now;
        let ready =
            self.slots.iter().enumerate().filter(|(_, s)| s.due().is_some_and(|d| d <= now));
        let mut turns: Vec<Turn> = ready.map(|(index, _)| Turn::Run(index)).collect();
        if let Some(link) = &self.link {
            turns.extend(link.pending().into_iter().map(Turn::Deliver));
        }
        if self.steps > 0 && self.world.is_some() {
            turns.push(Turn::World);
        }
        turns
    }

    /// Whether no controller has anything to do, now or later, but for those that wait for a time.
    pub(super) fn is_quiet(&self) -> bool {
        !self.slots.iter().any(Slot::restless)
    }

    /// The next time at which something happens by itself.
    pub(super) fn next_time(&self) -> Option<Duration> {
        self.slots.iter().filter_map(Slot::due).min()
    }

    /// Notes what happens, for those who read how a run went.
    pub(super) fn say(&mut self, text: impl FnOnce() -> String) {
        let (now, depth) = (self.now, self.frames.len());
        if let Some(trace) = &mut self.trace {
            let indent = "  ".repeat(depth);
            trace.push(format!("{:>9.3} s  {indent}{}", now.as_secs_f64(), text()));
        }
    }
}
