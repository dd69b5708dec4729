//! PID 1: boots the machine, then is the parent of every process.

#![forbid(unsafe_code)]

use std::process::ExitCode;

/// Runs PID 1 until the machine or the container ends.
#[must_use]
pub fn run() -> ExitCode {
    ExitCode::FAILURE
}
