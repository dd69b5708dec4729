//! The operator's client.
//!
//! It speaks the machine API to any node of it, keeps the contexts file that other clients of that
//! API share, and knows nothing of how a node works inside.

#![forbid(unsafe_code)]

mod apply;
mod call;
mod clean;
mod cli;
mod client;
mod command;
mod connect;
mod context;
mod duration;
mod event;
mod exit;
mod fault;
mod human;
mod jsonpath;
mod machine_config;
mod output;
mod patch;
mod progress;
#[cfg(test)]
mod reference;
mod resource;
mod table;
mod tls;
mod wait;
mod yaml;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Cx};
use crate::exit::Exit;
use crate::output::Output;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return parsed_nothing(&error).into(),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return ended(Err(error.into())).into(),
    };
    ended(runtime.block_on(run(cli))).into()
}

/// Runs the command until it ends or a person interrupts it.
async fn run(cli: Cli) -> anyhow::Result<Exit> {
    let mut cx = Cx { global: cli.global, output: Output::of_process() };
    let exit = tokio::select! {
        result = command::run(cli.command, &mut cx) => result?,
        _ = tokio::signal::ctrl_c() => Exit::Interrupted,
    };
    cx.output.out.flush()?;
    Ok(exit)
}

/// Help and version are printed and done; anything else is a usage error.
fn parsed_nothing(error: &clap::Error) -> Exit {
    // A reader that went away before the help was read is no failure.
    match error.print() {
        Ok(()) | Err(_) if error.use_stderr() => Exit::Usage,
        Ok(()) | Err(_) => Exit::Done,
    }
}

/// Prints the error, if there is one, as one line with its causes.
fn ended(result: anyhow::Result<Exit>) -> Exit {
    let error = match result {
        Ok(exit) => return exit,
        Err(error) => error,
    };
    let exit = exit::of(&error);
    if exit != Exit::Done {
        let line = format!("osctl: {}\n", clean::clean(&format!("{error:#}")));
        // Nobody is left to tell when this fails, and the exit code still says it.
        drop(std::io::stderr().write_all(line.as_bytes()));
    }
    exit
}
