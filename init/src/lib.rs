//! PID 1: boots the machine, then is the parent of every process.
//!
//! It is synchronous, has one poll loop and one peer, machined, with which it speaks a closed
//! protocol ([`types::init`]). It knows nothing of configuration, network or gRPC, and parses
//! nothing but the kernel's command line and that protocol.
//!
//! To read it whole: [`run`] finds out where it is, [`boot`] makes that place fit to live in,
//! [`parent`] keeps the processes, [`finish`] ends them and the machine.

#![forbid(unsafe_code)]

mod arguments;
mod boot;
mod end;
mod error;
mod finish;
mod log;
mod parent;
mod within;

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use boot::Place;
use end::End;
use error::InitError;
use log::Log;
use parent::Parent;

/// Exit code for "not called as this is meant to be", as shells use it.
const USAGE: u8 = 2;

/// Runs PID 1 until the machine or the container ends.
///
/// In a machine it returns only when even `reboot(2)` was refused; then the kernel panics and does
/// what its argument `panic` says.
#[must_use]
pub fn run() -> ExitCode {
    let log = Log::to_stderr();
    if std::process::id() != 1 {
        log.error("not PID 1, so there is nothing to be the parent of");
        return ExitCode::from(USAGE);
    }
    let mut life = Life { log, place: None, parent: None };
    let end = guard(|| life.live());
    finish::finish(life, end)
}

/// What PID 1 has so far; whatever happens, [`finish`] gets all of it.
#[derive(Debug)]
struct Life {
    log: Log,
    /// Unknown until it was looked at.
    place: Option<Place>,
    /// Nobody's parent until the boot is done.
    parent: Option<Parent>,
}

impl Life {
    fn live(&mut self) -> Result<End, InitError> {
        let place = boot::find_place()?;
        self.place = Some(place);
        let home = match place {
            Place::Initramfs => match boot::initramfs::leave(&mut self.log)? {},
            Place::Machine => boot::machine::boot(&mut self.log)?,
            Place::Container => boot::container::boot(&self.log),
        };
        let parent = Parent::new(home, &self.log)?;
        self.parent.insert(parent).keep(&self.log)
    }
}

/// Turns an error or a panic into the end that follows from it.
fn guard(live: impl FnOnce() -> Result<End, InitError>) -> End {
    match std::panic::catch_unwind(AssertUnwindSafe(live)) {
        Ok(Ok(end)) => end,
        Ok(Err(error)) => End::Failed(error),
        // The panic's own message has gone to standard error already.
        Err(_payload) => End::Failed(InitError::Panic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_panics_are_ends() {
        assert!(matches!(guard(|| Ok(End::Halt)), End::Halt));
        assert!(matches!(guard(|| Err(InitError::Nowhere)), End::Failed(InitError::Nowhere)));
        let panicking = || -> Result<End, InitError> { panic!("for the test") };
        assert!(matches!(guard(panicking), End::Failed(InitError::Panic)));
    }
}
