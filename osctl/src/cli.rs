//! The command line: what every command shares, and the list of commands.

use std::path::PathBuf;

use clap::{Args, Parser};

use crate::command::Command;
use crate::output::Output;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "osctl",
    version = types::version::TAG,
    about = "Looks at and changes the nodes of a cluster through the machine API",
    after_help = "Exit codes: 0 done, 1 a node refused, 2 usage, 3 unreachable, \
                  4 there are changes (plan --exit-code), 130 interrupted.\n\n\
                  Every command has examples: osctl COMMAND --help",
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    /// What every command shares.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Whom to talk to, and as whom.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Global {
    /// The client configuration; else $OSCTL_CONFIG, $TALOSCONFIG, ~/.talos/config, or the one of a pod
    #[arg(long, visible_alias = "osconfig", value_name = "FILE", global = true)]
    pub(crate) talosconfig: Option<PathBuf>,
    /// The context to use instead of the current one
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) context: Option<String>,
    /// The nodes to ask, instead of the context's
    #[arg(short, long, value_name = "NODE", value_delimiter = ',', global = true)]
    pub(crate) nodes: Vec<String>,
    /// The endpoints to connect to, instead of the context's
    #[arg(short, long, value_name = "ENDPOINT", value_delimiter = ',', global = true)]
    pub(crate) endpoints: Vec<String>,
    /// The cluster behind an endpoint that is a proxy for several
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) cluster: Option<String>,
    /// Talk to nodes in maintenance mode: dial each node itself, verify nothing
    #[arg(short, long, global = true)]
    pub(crate) insecure: bool,
    /// With --insecure: accept only servers with this fingerprint, as their console shows it
    #[arg(long, value_name = "BASE64", value_delimiter = ',', global = true)]
    pub(crate) cert_fingerprint: Vec<String>,
}

/// What a command works with.
pub(crate) struct Cx {
    /// What every command shares.
    pub(crate) global: Global,
    /// Where its output goes.
    pub(crate) output: Output,
}
