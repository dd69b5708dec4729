//! `osctl validate`: check a configuration without a node.

use std::path::PathBuf;

use crate::cli::Cx;
use crate::exit::{Exit, usage};

/// Check a configuration file
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl validate -m metal -c controlplane.yaml\n  \
    osctl validate -m container -c worker.yaml --strict")]
pub(crate) struct Args {
    /// The file
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// What the configuration is for
    #[arg(short, long, value_enum, value_name = "MODE")]
    mode: Mode,
    /// Warnings are faults
    #[arg(long)]
    strict: bool,
}

/// What kind of machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Mode {
    /// A machine
    Metal,
    /// A cloud's machine
    Cloud,
    /// A container
    Container,
    /// A machine under an agent
    MetalAgent,
}

/// Runs the command.
pub(crate) fn run(args: &Args, _cx: &mut Cx) -> anyhow::Result<Exit> {
    let Args { config: _, mode: _, strict: _ } = args;
    Err(usage("validate: not in this version"))
}
