//! `osctl gen`: make configurations and keys.

use crate::cli::Cx;
use crate::exit::{Exit, usage};

/// Make configurations
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Runs the command.
pub(crate) fn run(_args: &Args, _cx: &mut Cx) -> anyhow::Result<Exit> {
    Err(usage("gen: not in this version"))
}
