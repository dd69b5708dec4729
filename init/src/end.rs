//! How a life of init ends, and the order in which everything is ended: decided here, done in
//! [`crate::finish`].

use std::time::Duration;

use types::init::Ending;

use crate::arguments::PowerOff;
use crate::error::InitError;

/// Why init stops being a parent.
#[derive(Debug)]
pub(crate) enum End {
    /// Restart by the firmware.
    Reboot,
    /// Power off.
    PowerOff,
    /// Stop, and stay on.
    Halt,
    /// init cannot go on.
    Failed(InitError),
}

impl End {
    /// What machined or a signal asked for, as the machine's owner wants it done.
    pub(crate) const fn asked(ending: Ending, power_off: PowerOff) -> Self {
        match (ending, power_off) {
            (Ending::Reboot, _) => Self::Reboot,
            (Ending::PowerOff, PowerOff::Off) => Self::PowerOff,
            (Ending::PowerOff, PowerOff::Halt) | (Ending::Halt, _) => Self::Halt,
        }
    }
}

/// A phase of the end of all processes, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Children other than machined were asked to end.
    AskChildren,
    /// Those that have not were killed.
    KillChildren,
    /// machined was asked to end.
    AskMachined,
    /// It has not, and was killed.
    KillMachined,
    /// Whatever else there is was killed: orphans, and processes of containers.
    KillAll,
}

/// What still lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    /// Children other than machined.
    pub(crate) children: usize,
    /// Whether machined is one.
    pub(crate) machined: bool,
    /// Processes of any kind.
    pub(crate) any: usize,
}

/// What comes after a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Its goal is not reached, and there is time.
    Wait,
    /// The next phase.
    Phase(Phase),
    /// All processes are gone, or cannot be got rid of.
    Over,
}

impl Phase {
    /// How long a phase may take.
    ///
    /// Services save what they have within the first; containers have been stopped by machined
    /// before. A killed process ends at once unless a device does not answer, and then no time is
    /// long enough.
    pub(crate) const fn limit(self) -> Duration {
        match self {
            Self::AskChildren => Duration::from_secs(10),
            Self::AskMachined => Duration::from_secs(5),
            Self::KillChildren | Self::KillMachined | Self::KillAll => Duration::from_secs(2),
        }
    }

    /// phase         | goal        | reached      | time is over
    /// --------------|-------------|--------------|--------------
    /// ask children  | no children | ask machined | kill children
    /// kill children | no children | ask machined | ask machined
    /// ask machined  | no machined | kill all     | kill machined
    /// kill machined | no machined | kill all     | kill all
    /// kill all      | nobody      | over         | over
    pub(crate) const fn next(self, left: Left, time_is_over: bool) -> Next {
        let reached = match self {
            Self::AskChildren | Self::KillChildren => left.children == 0,
            Self::AskMachined | Self::KillMachined => !left.machined,
            Self::KillAll => left.any == 0,
        };
        match (self, reached) {
            (_, false) if !time_is_over => Next::Wait,
            (Self::AskChildren, false) => Next::Phase(Self::KillChildren),
            (Self::AskChildren | Self::KillChildren, _) => Next::Phase(Self::AskMachined),
            (Self::AskMachined, false) => Next::Phase(Self::KillMachined),
            (Self::AskMachined | Self::KillMachined, _) => Next::Phase(Self::KillAll),
            (Self::KillAll, _) => Next::Over,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Left = Left { children: 2, machined: true, any: 5 };

    #[test]
    fn a_power_off_is_what_the_owner_calls_so() {
        let asked = |ending, power_off| format!("{:?}", End::asked(ending, power_off));
        assert_eq!(asked(Ending::PowerOff, PowerOff::Off), "PowerOff");
        assert_eq!(asked(Ending::PowerOff, PowerOff::Halt), "Halt");
        assert_eq!(asked(Ending::Reboot, PowerOff::Halt), "Reboot");
        assert_eq!(asked(Ending::Halt, PowerOff::Off), "Halt");
    }

    #[test]
    fn who_ends_when_asked_is_not_killed() {
        let phase = Phase::AskChildren;
        assert_eq!(phase.next(ALL, false), Next::Wait);
        let no_children = Left { children: 0, ..ALL };
        assert_eq!(phase.next(no_children, false), Next::Phase(Phase::AskMachined));
        assert_eq!(Phase::AskMachined.next(no_children, false), Next::Wait);
        let orphans = Left { machined: false, ..no_children };
        assert_eq!(Phase::AskMachined.next(orphans, false), Next::Phase(Phase::KillAll));
        assert_eq!(Phase::KillAll.next(orphans, false), Next::Wait);
        assert_eq!(Phase::KillAll.next(Left { any: 0, ..orphans }, false), Next::Over);
    }

    #[test]
    fn who_never_ends_holds_nobody_up() {
        let mut phase = Phase::AskChildren;
        let mut seen = vec![phase];
        while let Next::Phase(next) = phase.next(ALL, true) {
            phase = next;
            seen.push(next);
        }
        assert_eq!(
            seen,
            [
                Phase::AskChildren,
                Phase::KillChildren,
                Phase::AskMachined,
                Phase::KillMachined,
                Phase::KillAll
            ]
        );
        let total: Duration = seen.into_iter().map(Phase::limit).sum();
        assert!(total <= Duration::from_secs(30), "{total:?}");
    }
}
