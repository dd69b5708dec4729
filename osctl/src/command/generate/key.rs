//! `osctl gen key`: a private key.

use config::pki::PrivateKey;

use super::{Existing, named, put};
use crate::cli::Cx;
use crate::exit::Exit;

/// Make a private key, ECDSA on P-256
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  osctl gen key --name admin\n\nWrites admin.key.")]
pub(crate) struct Args {
    /// Name of the file, without its ending
    #[arg(long, value_name = "NAME")]
    name: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args, existing: Existing, cx: &mut Cx) -> anyhow::Result<Exit> {
    let [path] = named(&args.name, ["key"])?;
    existing.allow(&[&path])?;
    put(&path, PrivateKey::generate()?.pem().expose().as_bytes(), cx)?;
    Ok(Exit::Done)
}
