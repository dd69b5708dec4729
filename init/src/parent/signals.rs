//! What a signal to PID 1 means.

use linux::signal::Signal;
use types::Mode;
use types::init::Ending;

/// The signals that are read; all others stay blocked and mean nothing.
pub(super) const WATCHED: [Signal; 6] =
    [Signal::CHLD, Signal::TERM, Signal::INT, Signal::PWR, Signal::HUP, Signal::QUIT];

/// What follows from a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Somebody is to be taken out of the process table.
    ChildEnded,
    /// Everything is to end in order.
    End(Ending),
    /// Nothing; it is logged.
    Nothing,
}

/// signal | in a machine                      | in a container
/// -------|-----------------------------------|----------------------------------
/// CHLD   | child ended                       | child ended
/// INT    | reboot (Ctrl-Alt-Del)             | power off (Ctrl-C at `docker run`)
/// PWR    | power off (the power is failing)  | power off
/// TERM   | nothing: machined asks for an end | power off (`docker stop`)
/// else   | nothing                           | nothing
///
/// Our kernel has no virtual terminals, so no Ctrl-Alt-Del; a kernel that has them must not restart
/// behind our back.
pub(super) fn meaning(signal: Signal, mode: Mode) -> Meaning {
    let in_container = mode == Mode::Container;
    match signal {
        Signal::CHLD => Meaning::ChildEnded,
        Signal::PWR => Meaning::End(Ending::PowerOff),
        Signal::INT | Signal::TERM if in_container => Meaning::End(Ending::PowerOff),
        Signal::INT => Meaning::End(Ending::Reboot),
        _ => Meaning::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_and_a_container_end_by_different_signals() {
        let check = |signal, machine, container| {
            assert_eq!(meaning(signal, Mode::Metal), machine, "{signal}");
            assert_eq!(meaning(signal, Mode::Container), container, "{signal}");
        };
        let off = Meaning::End(Ending::PowerOff);
        check(Signal::CHLD, Meaning::ChildEnded, Meaning::ChildEnded);
        check(Signal::INT, Meaning::End(Ending::Reboot), off);
        check(Signal::TERM, Meaning::Nothing, off);
        check(Signal::PWR, off, off);
        check(Signal::HUP, Meaning::Nothing, Meaning::Nothing);
    }

    #[test]
    fn what_has_a_meaning_is_watched() {
        for number in 1..=64_i32 {
            let signal = Signal::try_from(number).unwrap();
            for mode in [Mode::Metal, Mode::Container] {
                let means = meaning(signal, mode) != Meaning::Nothing;
                assert!(!means || WATCHED.contains(&signal), "{signal}");
            }
        }
    }
}
