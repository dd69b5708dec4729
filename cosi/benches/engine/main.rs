//! Measures the store and the engine, beside another implementation if there is one, and tells of it on a page.
//!
//! `engine one WORKLOAD` runs one workload and prints its figures; `engine [--peer PROGRAM] [--page FILE] [--runs N]` has
//! each workload run so in a process of its own, the peer's in turn, and prints the table.
#![forbid(unsafe_code)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program of the developer's that tells its figures"
)]

mod calls;
mod codec;
mod deliveries;
mod measure;
mod page;
mod pair;
mod start;
mod table;
mod wakeup;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use measure::{Failure, Measures};
use pair::{Pair, Strings};

/// What is measured, in the order of the table. Each has a fresh process, so that none finds memory warm.
const WORKLOADS: [&str; 6] = ["calls", "deliveries", "wakeup", "memory", "start", "codec"];

/// Worker threads of the async runtime, as many as machined has.
const THREADS: usize = 2;

/// Runs of each workload unless the command line says otherwise.
const RUNS: usize = 5;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let (mut peer, mut page, mut runs) = (None, None, RUNS);
    // Cargo tells a benchmark that it is one.
    let mut arguments = env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(argument) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{argument} needs a value"))?;
        match argument.as_str() {
            "one" => {
                print!("{}", one(&value)?.text());
                return Ok(());
            }
            "--peer" => peer = Some(PathBuf::from(value)),
            "--page" => page = Some(PathBuf::from(value)),
            "--runs" => runs = value.parse()?,
            _ => return Err(format!("unknown argument {argument}").into()),
        }
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for number in 1..=runs {
        eprintln!("bench: run {number} of {runs}");
        for workload in WORKLOADS {
            ours.push(program(&env::current_exe()?, &["one", workload])?);
            if let Some(peer) = &peer {
                theirs.push(program(peer, &[workload])?);
            }
        }
    }
    let section = table::section(&ours, &theirs, runs)?;
    print!("{}", section.text);
    if let Some(path) = page {
        let old = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, page::with_section(&old, &section))?;
    }
    Ok(())
}

/// Runs one workload in this process.
fn one(workload: &str) -> Result<Measures, Failure> {
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    let runtime = threads.worker_threads(THREADS).enable_all().build()?;
    let mut measures = Measures::default();
    match workload {
        "calls" => {
            calls::measure::<Pair>(&mut measures, "")?;
            calls::measure::<Strings>(&mut measures, "_strings")?;
        }
        "deliveries" => runtime.block_on(deliveries::measure(&mut measures))?,
        "wakeup" => runtime.block_on(wakeup::measure(&mut measures))?,
        "memory" => {
            runtime.block_on(deliveries::memory::<Pair>(&mut measures, "memory"))?;
            measures.append(program(&env::current_exe()?, &["one", "memory_strings"])?);
        }
        "memory_strings" => {
            runtime.block_on(deliveries::memory::<Strings>(&mut measures, workload))?;
        }
        "start" => runtime.block_on(start::measure(&mut measures))?,
        "codec" => codec::measure(&mut measures)?,
        _ => return Err(format!("no workload {workload}").into()),
    }
    Ok(measures)
}

/// What another program measures.
#[expect(clippy::disallowed_methods, reason = "a tool of the developer's, not of the node")]
fn program(path: &Path, arguments: &[&str]) -> Result<Measures, Failure> {
    let output = Command::new(path).args(arguments).output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} {}: {said}", path.display(), arguments.join(" ")).into());
    }
    Measures::parse(&String::from_utf8(output.stdout)?)
}
