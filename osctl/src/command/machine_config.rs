//! `osctl machineconfig`: configurations as files, without a node.

pub(crate) mod patch;

use clap::Subcommand;

use crate::cli::Cx;
use crate::command::{generate, validate};
use crate::exit::Exit;

/// Work with configuration files
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  osctl machineconfig patch controlplane.yaml -p @patch.yaml")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

/// What can be done.
#[derive(Debug, Subcommand)]
enum What {
    #[command(name = "gen")]
    Generate(generate::config::Args),
    Patch(patch::Args),
    Validate(validate::Args),
}

/// Runs the command.
pub(crate) fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    match &args.what {
        What::Generate(args) => generate::config::run(args, cx),
        What::Patch(args) => patch::run(args, cx),
        What::Validate(args) => validate::run(args, cx),
    }
}
