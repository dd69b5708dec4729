//! `osctl gen csr`: a signing request for a key.

use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use config::pki::{PrivateKey, SigningRequest};

use super::{Existing, put, text};
use crate::cli::Cx;
use crate::exit::Exit;

/// Make a certificate signing request for a key
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  osctl gen csr --key admin.key --ip 10.0.0.9 --roles os:reader\n\n\
    Writes admin.csr beside the key. Who signs it decides what is granted."
)]
pub(crate) struct Args {
    /// File with the key, PEM
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The address to ask for
    #[arg(long, value_name = "ADDRESS")]
    ip: IpAddr,
    /// The roles to ask for; an empty text asks for none
    #[arg(long, value_name = "ROLE", value_delimiter = ',', default_value = "os:admin")]
    roles: Vec<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, existing: Existing, cx: &mut Cx) -> anyhow::Result<Exit> {
    let path = args.key.with_extension("csr");
    existing.allow(&[&path])?;
    let key =
        PrivateKey::from_pem(&text(&args.key)?).with_context(|| args.key.display().to_string())?;
    let roles: Vec<&str> =
        args.roles.iter().map(String::as_str).filter(|role| !role.is_empty()).collect();
    let request = SigningRequest::make(&key, &roles, &[args.ip.to_string()])?;
    put(&path, request.as_bytes(), cx)?;
    Ok(Exit::Done)
}
