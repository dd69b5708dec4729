//! The one executable of the node, told apart by `argv[0]`.
//!
//! It only chooses: each program is a crate with one entry point, which reads the rest of its
//! surroundings itself. Called by another name, it takes the program from its first argument.

#![forbid(unsafe_code)]

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// What a shell says for "no such program", so that whoever started us need not read the message.
const UNKNOWN_PROGRAM: u8 = 127;

/// The programs in this executable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Init,
    Machined,
    Apid,
    Netd,
}

impl Program {
    const ALL: [Self; 4] = [Self::Init, Self::Machined, Self::Apid, Self::Netd];

    const fn name(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Machined => "machined",
            Self::Apid => "apid",
            Self::Netd => "netd",
        }
    }

    /// The program that the arguments name: the last part of the first, else the second.
    fn of(arguments: &[OsString]) -> Option<Self> {
        let own = arguments.first().and_then(|path| Path::new(path).file_name());
        let next = arguments.get(1).map(OsString::as_os_str);
        own.and_then(Self::named).or_else(|| next.and_then(Self::named))
    }

    fn named(name: &OsStr) -> Option<Self> {
        Self::ALL.into_iter().find(|program| name == program.name())
    }

    fn run(self) -> ExitCode {
        match self {
            Self::Init => init::run(),
            Self::Machined => machined::run(),
            Self::Apid => apid::run(),
            Self::Netd => netd::run(),
        }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().take(2).collect();
    match Program::of(&arguments) {
        Some(program) => program.run(),
        None => {
            let names = Program::ALL.map(Program::name).join(", ");
            // Nobody is left to tell when standard error is closed; the exit code says it too.
            writeln!(std::io::stderr(), "holdfast: call it by one of these names: {names}").ok();
            ExitCode::from(UNKNOWN_PROGRAM)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_known_by_its_path_or_the_first_argument() {
        let check = |words: &[&str], expected| {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            assert_eq!(Program::of(&words), expected, "{words:?}");
        };
        check(&["/sbin/init"], Some(Program::Init));
        check(&["machined"], Some(Program::Machined));
        check(&["/usr/bin/apid", "netd"], Some(Program::Apid));
        check(&["/usr/bin/holdfast", "netd"], Some(Program::Netd));
        check(&["holdfast", "/usr/bin/netd"], None);
        check(&["holdfast"], None);
        check(&[], None);
    }
}
