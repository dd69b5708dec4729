//! The machine daemon: store, controllers, machine API.

#![forbid(unsafe_code)]

mod events;
mod logs;
mod service;
mod xid;

/// Runs the program until it ends, and says how.
#[must_use]
pub fn run() -> std::process::ExitCode {
    std::process::ExitCode::FAILURE
}
