//! Measures what was built and writes `docs/benchmarks.md`.
//!
//! Peers are measured in the same run, interleaved, on the same kernel and QEMU line: a static init
//! that only switches off, and Debian with systemd and sshd. Nothing is taken from memory.

mod boot;
mod configuration;
mod engine;
mod memory;
mod report;
mod sizes;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use e2e::artefacts::Artefacts;
use e2e::say;

/// What is given on the command line, in this order.
struct Given {
    /// The static init that only switches off.
    poweroff: PathBuf,
    /// The file system of the Debian to compare with.
    debian: PathBuf,
    /// The program that measures the work on configurations.
    configuration: PathBuf,
    /// The page to write.
    page: PathBuf,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("bench: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let mut next = || arguments.next().context("usage: bench POWEROFF DEBIAN CONFIGURATION PAGE");
    let given = Given { poweroff: next()?, debian: next()?, configuration: next()?, page: next()? };
    let artefacts = Artefacts::find()?;
    let sizes = sizes::measure(&artefacts)?;
    let configuration = configuration::measure(&given.configuration)?;
    let boots = boot::measure(&artefacts, &given.poweroff, &given.debian)?;
    let memory = memory::measure(&artefacts)?;
    let text = report::page(&artefacts, &sizes, &boots, &memory, &configuration)?;
    let text = engine::keep(&text, &std::fs::read_to_string(&given.page).unwrap_or_default());
    std::fs::write(&given.page, text).with_context(|| format!("write {}", given.page.display()))?;
    say(&format!("wrote {}", given.page.display()));
    Ok(())
}
