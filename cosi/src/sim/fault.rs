//! What the simulator does to controllers, and how often.
//!
//! Each seed has rates of its own, most of them nought: a run with one kind of trouble reaches what a run with all of
//! them does not.

use super::choice::Random;

/// Something that happens to controllers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Others run in the middle of a reconcile, as they do on other threads.
    Interleave,
    /// A call of the controller is refused, or its reconcile fails at the end.
    Error,
    /// A write, or a change of the outside, happens but its answer is lost.
    Unanswered,
    /// The reconcile panics.
    Panic,
    /// A controller that is ready runs only after a while.
    Late,
    /// The connection of distant controllers breaks, and what was on its way is lost. Their watches resume.
    Break,
    /// A watch of distant controllers falls out of the history and is told so.
    Overrun,
    /// All controllers end between two writes and are made anew; store and outside stay.
    Crash,
    /// As a crash, and the store is emptied too; what [`Setup::boot`](super::Setup::boot) does happens again.
    Reboot,
}

impl Fault {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Interleave,
        Self::Error,
        Self::Unanswered,
        Self::Panic,
        Self::Late,
        Self::Break,
        Self::Overrun,
        Self::Crash,
        Self::Reboot,
    ];

    /// The kind in one word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Interleave => "interleave",
            Self::Error => "error",
            Self::Unanswered => "unanswered",
            Self::Panic => "panic",
            Self::Late => "late",
            Self::Break => "break",
            Self::Overrun => "overrun",
            Self::Crash => "crash",
            Self::Reboot => "reboot",
        }
    }

    const fn index(self) -> usize {
        self as usize
    }
}

/// Which kinds of faults may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults([bool; Fault::ALL.len()]);

impl Faults {
    /// Every kind.
    #[must_use]
    pub const fn all() -> Self {
        Self([true; Fault::ALL.len()])
    }

    /// None: only the order in which controllers run varies.
    #[must_use]
    pub const fn none() -> Self {
        Self([false; Fault::ALL.len()])
    }

    /// One kind more.
    #[must_use]
    pub const fn with(mut self, fault: Fault) -> Self {
        self.0[fault.index()] = true;
        self
    }

    /// One kind less.
    #[must_use]
    pub const fn without(mut self, fault: Fault) -> Self {
        self.0[fault.index()] = false;
        self
    }
}

/// Chances per point where a fault could happen, in 1024ths; half of the kinds never happen in a run.
const RATES: [u32; 6] = [0, 0, 0, 8, 32, 128];

/// Most faults of one run. They end at some time, so that the controllers can be expected to get there.
const MOST: usize = 16;

/// Points that pass before the first fault: some runs have their troubles at the start, others at the end.
const PEACE: [usize; 4] = [0, 50, 200, 500];

/// How often each kind happens in one run.
#[derive(Clone, Debug)]
pub(super) struct Rates {
    rates: [u32; Fault::ALL.len()],
    faults: Faults,
    left: usize,
    peace: usize,
}

impl Rates {
    /// The rates of a seed.
    pub(super) fn of(seed: u64, faults: Faults) -> Self {
        // Not the numbers that the decisions are made of.
        let mut random = Random::new(seed ^ 0x5eed_5eed_5eed_5eed);
        let rates = faults.0.map(|_| RATES[random.below(RATES.len())]);
        let left = random.below(MOST + 1);
        Self { rates, faults, left, peace: PEACE[random.below(PEACE.len())] }
    }

    /// The chances of some faults at a point, and which may happen at all.
    pub(super) fn at<const N: usize>(&mut self, faults: [Fault; N]) -> ([u32; N], [bool; N]) {
        let peace = self.peace > 0;
        self.peace = self.peace.saturating_sub(1);
        let chances = faults.map(|fault| {
            let spent = (self.left == 0 || peace) && fault != Fault::Interleave;
            if spent { 0 } else { self.rates[fault.index()] }
        });
        (chances, faults.map(|fault| self.faults.0[fault.index()]))
    }

    /// One of the run's faults has happened. Interleaving is none.
    pub(super) fn spend(&mut self, fault: Fault) {
        if fault != Fault::Interleave {
            self.left = self.left.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_differ_in_what_happens_and_it_ends() {
        let all = (0..100).map(|seed| Rates::of(seed, Faults::all()));
        let with = all.filter(|rates| rates.rates[Fault::Crash.index()] > 0).count();
        assert!((30..70).contains(&with), "{with} of 100");
        let rates = [8; Fault::ALL.len()];
        let mut rates = Rates { rates, faults: Faults::all(), left: 1, peace: 1 };
        let mut chances = |spend| {
            let (chances, _) = rates.at([Fault::Interleave, Fault::Error]);
            rates.spend(spend);
            chances
        };
        assert_eq!(chances(Fault::Interleave), [8, 0], "not yet");
        assert_eq!(chances(Fault::Error), [8, 8]);
        assert_eq!(chances(Fault::Interleave), [8, 0], "no more");
    }

    #[test]
    fn only_what_is_chosen_may_happen() {
        let faults = Faults::none().with(Fault::Late).with(Fault::Panic).without(Fault::Panic);
        let (_, allowed) = Rates::of(1, faults).at(Fault::ALL);
        assert_eq!(allowed, Fault::ALL.map(|fault| fault == Fault::Late));
        for (index, fault) in Fault::ALL.into_iter().enumerate() {
            assert_eq!(fault.index(), index);
        }
    }
}
