//! How the client ends: the exit codes, and the two errors that choose one.

use std::io;
use std::process::ExitCode;

/// How a command ended. Scripts rely on the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Everything was done.
    Done = 0,
    /// At least one node, or a check of a document, said no.
    Refused = 1,
    /// What was given on the command line, or what it names, cannot be used.
    Usage = 2,
    /// No node answered, or an answer stopped half-way.
    Unreachable = 3,
    /// There are changes, and the command was to say so.
    Changes = 4,
    /// A person interrupted it: 128 and the number of SIGINT, as shells have it.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What was given cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// Something said no that is not a node: a document's validation, a wait that ended badly.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub(crate) String);

/// A usage error with the given text.
pub(crate) fn usage(text: impl Into<String>) -> anyhow::Error {
    Usage(text.into()).into()
}

/// The exit code of an error: what a node said, what the connection did, else usage, because all that
/// is left is local: a file that cannot be read or written.
pub(crate) fn of(error: &anyhow::Error) -> Exit {
    for cause in error.chain() {
        if let Some(fault) = cause.downcast_ref::<crate::fault::Fault>() {
            return fault.exit();
        }
        if cause.is::<Refused>() {
            return Exit::Refused;
        }
        if let Some(io) = cause.downcast_ref::<io::Error>()
            && io.kind() == io::ErrorKind::BrokenPipe
        {
            return Exit::Done;
        }
    }
    Exit::Usage
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;
    use crate::fault::Fault;

    #[test]
    fn each_error_has_its_code() {
        let check = |error: anyhow::Error, exit| assert_eq!(of(&error), exit, "{error:#}");
        check(usage("no such thing"), Exit::Usage);
        check(Refused("not valid".to_owned()).into(), Exit::Refused);
        check(anyhow::Error::from(Fault::Unreachable("x".to_owned())), Exit::Unreachable);
        check(anyhow::Error::from(Fault::said(tonic::Code::NotFound, "x")), Exit::Refused);
        let pipe: io::Result<()> = Err(io::ErrorKind::BrokenPipe.into());
        check(pipe.context("write").expect_err("broken"), Exit::Done);
        let absent: io::Result<()> = Err(io::ErrorKind::NotFound.into());
        check(absent.context("open x").expect_err("absent"), Exit::Usage);
    }
}
