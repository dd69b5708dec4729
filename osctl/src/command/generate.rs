//! `osctl gen`: make configurations.

pub(crate) mod config;

use clap::Subcommand;

use crate::cli::Cx;
use crate::exit::Exit;

/// Make configurations
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  osctl gen config prod https://10.0.0.2:6443")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

/// What can be made.
#[derive(Debug, Subcommand)]
enum What {
    Config(config::Args),
}

/// Runs the command.
pub(crate) fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    match &args.what {
        What::Config(args) => config::run(args, cx),
    }
}
