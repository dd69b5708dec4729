//! The mTLS front door: authenticate, authorize, forward.

#![forbid(unsafe_code)]

/// Runs the program until it ends, and says how.
#[must_use]
pub fn run() -> std::process::ExitCode {
    std::process::ExitCode::FAILURE
}
