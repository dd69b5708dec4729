//! `osctl machineconfig`: configurations as files, without a node.

pub(crate) mod patch;

use clap::Subcommand;

use crate::cli::Cx;
use crate::command::generate::{self, Existing};
use crate::command::validate;
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
    Generate(Box<Generate>),
    Patch(patch::Args),
    Validate(validate::Args),
}

/// Make the configurations of a new cluster, and a client configuration for it
#[derive(Debug, clap::Args)]
struct Generate {
    #[command(flatten)]
    args: generate::config::Args,
    /// Replace files that exist
    #[arg(short, long)]
    force: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    match &args.what {
        What::Generate(generate) => {
            let Generate { args, force } = &**generate;
            let existing = if *force { Existing::Replace } else { Existing::Keep };
            generate::config::run(args, existing, cx)
        }
        What::Patch(args) => patch::run(args, cx),
        What::Validate(args) => validate::run(args, cx),
    }
}
