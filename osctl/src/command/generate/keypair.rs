//! `osctl gen keypair`: a certificate that is its own authority, with its key.

use std::net::IpAddr;
use std::time::Duration;

use config::pki::authority::Root;
use config::pki::{Authority, PrivateKey};

use super::{Existing, named, put};
use crate::cli::Cx;
use crate::exit::Exit;
use crate::human::now;

/// Life of the certificate: it is for a try, not for a cluster.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Make a certificate that is its own authority, for a day, and its key
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  osctl gen keypair --organization test --ip 10.0.0.2\n\n\
    Writes test.crt and test.key.")]
pub(crate) struct Args {
    /// Organization of its subject, and the name of the files
    #[arg(long, value_name = "NAME")]
    organization: String,
    /// An address that it is valid for
    #[arg(long, value_name = "ADDRESS")]
    ip: Option<IpAddr>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, existing: Existing, cx: &mut Cx) -> anyhow::Result<Exit> {
    let [certificate, key] = named(&args.organization, ["crt", "key"])?;
    existing.allow(&[&certificate, &key])?;
    let names: Vec<String> = args.ip.iter().map(ToString::to_string).collect();
    let root = Root { organization: Some(&args.organization), names: &names, lifetime: LIFETIME };
    let authority = Authority::of_key(PrivateKey::generate()?, &root, now())?;
    put(&certificate, authority.certificate().as_bytes(), cx)?;
    put(&key, authority.key().pem().expose().as_bytes(), cx)?;
    Ok(Exit::Done)
}
