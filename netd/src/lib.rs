//! Network protocols of the node: DHCP now; names and time later.

#![forbid(unsafe_code)]

/// Runs the program until it ends, and says how.
#[must_use]
pub fn run() -> std::process::ExitCode {
    std::process::ExitCode::FAILURE
}
