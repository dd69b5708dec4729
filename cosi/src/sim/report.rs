//! What a simulation did: how often each fault and each crash point occurred.

use std::{collections::BTreeMap, fmt, time::Duration};

use super::fault::Fault;
use crate::text::Text;

/// Something that a controller changes: a verb, and what it is done to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Write {
    pub(super) verb: &'static str,
    pub(super) what: Text,
}

impl Write {
    /// Where a reconcile begins.
    pub(super) const BEGIN: Self = Self { verb: "begin", what: Text::EMPTY };
    /// Where a reconcile ends.
    pub(super) const END: Self = Self { verb: "end", what: Text::EMPTY };
}

impl fmt::Display for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verb)?;
        if self.what.is_empty() { Ok(()) } else { write!(f, " {}", self.what) }
    }
}

/// A place between two writes of a controller, where everything can end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CrashPoint {
    controller: &'static str,
    after: Write,
    before: Write,
}

impl CrashPoint {
    pub(super) const fn new(controller: &'static str, after: Write, before: Write) -> Self {
        Self { controller, after, before }
    }
}

impl fmt::Display for CrashPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}: {} .. {}", self.controller, self.after, self.before);
        f.pad(&text)
    }
}

/// How often a crash point occurred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// A controller came by, crash or not.
    pub reached: u64,
    /// Everything ended there.
    pub crashed: u64,
    /// Where it occurred first: the seed, and the number of the decision whether to crash.
    pub(super) first: (u64, usize),
}

/// What a simulation did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Runs of the whole set of controllers, each with a seed of its own.
    pub seeds: u64,
    /// Reconciles.
    pub reconciles: u64,
    /// Steps of the world.
    pub steps: u64,
    /// Points at which the invariants were checked.
    pub quiet: u64,
    /// Virtual time.
    pub time: Duration,
    /// How often each kind of fault occurred; one that never did has no entry.
    pub faults: BTreeMap<Fault, u64>,
    /// How often each crash point that a controller came by occurred.
    pub points: BTreeMap<CrashPoint, Tally>,
}

impl Report {
    /// Kinds of faults that never occurred.
    #[must_use]
    pub fn absent(&self) -> Vec<Fault> {
        Fault::ALL.into_iter().filter(|fault| !self.faults.contains_key(fault)).collect()
    }

    /// Crash points that a controller came by without ever crashing there.
    pub fn uncrashed(&self) -> impl Iterator<Item = &CrashPoint> {
        self.points.iter().filter(|(_, tally)| tally.crashed == 0).map(|(point, _)| point)
    }

    /// Where to crash, for the crash points where no crash fell: a seed, and the number of a decision. None if no crash
    /// fell anywhere, since then there may be none.
    pub(super) fn places_uncrashed(&self) -> Vec<(u64, usize)> {
        if self.points.values().all(|tally| tally.crashed == 0) {
            return Vec::new();
        }
        self.points.values().filter(|tally| tally.crashed == 0).map(|tally| tally.first).collect()
    }

    pub(super) fn count(&mut self, fault: Fault) {
        *self.faults.entry(fault).or_default() += 1;
    }

    /// A controller comes by a crash point, before decision `at`.
    pub(super) fn pass(&mut self, point: CrashPoint, at: usize) -> &mut Tally {
        let new = Tally { reached: 0, crashed: 0, first: (0, at) };
        let tally = self.points.entry(point).or_insert(new);
        tally.reached += 1;
        tally
    }

    /// Adds what another seed did.
    pub(super) fn add(&mut self, seed: u64, other: Self) {
        self.seeds += other.seeds;
        self.reconciles += other.reconciles;
        self.steps += other.steps;
        self.quiet += other.quiet;
        self.time += other.time;
        for (fault, count) in other.faults {
            *self.faults.entry(fault).or_default() += count;
        }
        for (point, tally) in other.points {
            let new = Tally { reached: 0, crashed: 0, first: (seed, tally.first.1) };
            let sum = self.points.entry(point).or_insert(new);
            sum.reached += tally.reached;
            sum.crashed += tally.crashed;
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seeds, reconciles, steps, quiet, .. } = self;
        let hours = self.time.as_secs() / 3600;
        writeln!(
            f,
            "{seeds} seeds: {reconciles} reconciles, {steps} steps of the world, {quiet} quiet points, {hours} virtual hours"
        )?;
        writeln!(f, "{:60}{:>12}", "fault", "occurred")?;
        for fault in Fault::ALL {
            let count = self.faults.get(&fault).copied().unwrap_or_default();
            writeln!(f, "{:60}{count:>12}", fault.name())?;
        }
        writeln!(f, "{:60}{:>12}{:>12}", "crash point", "crashed", "reached")?;
        for (point, Tally { reached, crashed, .. }) in &self.points {
            writeln!(f, "{point:60}{crashed:>12}{reached:>12}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_add_up_and_name_what_is_missing() {
        let write = |verb| Write { verb, what: "Things".into() };
        let point = |verb| CrashPoint::new("test.One", Write::BEGIN, write(verb));
        let mut sum = Report::default();
        for seed in 7..9 {
            let mut one = Report { seeds: 1, ..Report::default() };
            one.count(Fault::Late);
            one.pass(point("create"), 5).crashed += 1;
            one.pass(point("destroy"), 6);
            sum.add(seed, one);
        }
        assert_eq!((sum.seeds, sum.faults[&Fault::Late]), (2, 2));
        assert_eq!(sum.points[&point("create")], Tally { reached: 2, crashed: 2, first: (7, 5) });
        assert_eq!(sum.absent().len(), Fault::ALL.len() - 1);
        let uncrashed: Vec<_> = sum.uncrashed().map(ToString::to_string).collect();
        assert_eq!(uncrashed, ["test.One: begin .. destroy Things"]);
        assert!(sum.to_string().contains("late"));
    }
}
