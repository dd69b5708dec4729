//! Memory: what each process of ours holds, and in how little a machine answers.

use std::time::Duration;

use anyhow::{Context as _, Result};
use e2e::artefacts::Artefacts;
use e2e::operator::Operator;
use e2e::say;
use e2e::vm::{BOOT, Options, Vm};
use e2e::wait::pause;

/// For a configured node to come to rest.
const REST: Duration = Duration::from_secs(15);
/// A machine that does not answer within this in too little memory will not.
const PATIENCE: Duration = Duration::from_secs(60);
/// What is tried for the smallest machine: MiB from, to, and how fine.
const SEARCH: (u32, u32, u32) = (32, 256, 4);

/// What was found.
#[derive(Debug)]
pub(crate) struct Memory {
    /// Name and PSS in KiB of each process of a configured node at rest.
    pub(crate) processes: Vec<(String, u64)>,
    /// The least `-m` in which the API answers, in MiB.
    pub(crate) least: u32,
}

/// Boots machines and asks them.
pub(crate) fn measure(artefacts: &Artefacts) -> Result<Memory> {
    Ok(Memory { processes: processes(artefacts)?, least: least(artefacts)? })
}

fn processes(artefacts: &Artefacts) -> Result<Vec<(String, u64)>> {
    let vm = Vm::start(artefacts, &Options::new("bench-memory"))?;
    let operator = Operator::new(artefacts, vm.port, "10.0.2.15")?;
    operator.await_maintenance(BOOT)?;
    let osctl = operator.configure("bench")?;
    pause(REST);
    let mut found = Vec::new();
    for pid in osctl.processes()? {
        let text = osctl.ok(&["read", &format!("/proc/{pid}/smaps_rollup")])?;
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).context("no Pss")?;
        let kib = line.trim().trim_end_matches("kB").trim().parse().context("Pss")?;
        // All programs of the node are one file: they are called by what they were started as.
        let name = osctl.ok(&["read", &format!("/proc/{pid}/cmdline")])?;
        let name = name.split('\0').next().and_then(|path| path.rsplit('/').next());
        found.push((name.unwrap_or_default().to_owned(), kib));
    }
    found.sort();
    Ok(found)
}

/// Bisects: a machine with more memory than one that answers answers too.
fn least(artefacts: &Artefacts) -> Result<u32> {
    let (mut below, mut enough, step) = SEARCH;
    while enough - below > step {
        let middle = below + (enough - below) / 2 / step * step;
        let middle = middle.max(below + step);
        let answers = answers(artefacts, middle)?;
        say(&format!(
            "bench: {middle} MiB: {}",
            if answers { "answers" } else { "does not answer" }
        ));
        if answers { enough = middle } else { below = middle }
    }
    Ok(enough)
}

fn answers(artefacts: &Artefacts, memory: u32) -> Result<bool> {
    let mut options = Options::new("bench-least");
    options.memory = memory;
    let vm = Vm::start(artefacts, &options)?;
    let operator = Operator::new(artefacts, vm.port, "10.0.2.15")?;
    Ok(operator.await_maintenance(PATIENCE).is_ok())
}
