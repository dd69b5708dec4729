//! `osctl gen ca`: an authority of one's own.

use std::time::Duration;

use config::pki::authority::{AUTHORITY_LIFETIME, Root};
use config::pki::{Authority, PrivateKey};

use super::{Existing, hours, named, put};
use crate::cli::Cx;
use crate::exit::Exit;
use crate::human::now;

/// Make a certificate authority
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  osctl gen ca --organization talos\n\n\
    Writes talos.crt, talos.key, and talos.sha256 with the hash by which the authority is pinned.")]
pub(crate) struct Args {
    /// Organization of its subject, and the name of the files
    #[arg(long, value_name = "NAME")]
    organization: String,
    /// How many hours it is valid; else ten years
    #[arg(long, value_name = "HOURS", value_parser = hours)]
    hours: Option<Duration>,
    /// With an RSA key of 4096 bits, for what takes no ECDSA
    #[arg(long)]
    rsa: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, existing: Existing, cx: &mut Cx) -> anyhow::Result<Exit> {
    let [certificate, key, pin] = named(&args.organization, ["crt", "key", "sha256"])?;
    existing.allow(&[&certificate, &key, &pin])?;
    let root = Root {
        organization: Some(&args.organization),
        names: &[],
        lifetime: args.hours.unwrap_or(AUTHORITY_LIFETIME),
    };
    let pair = if args.rsa { PrivateKey::generate_rsa()? } else { PrivateKey::generate()? };
    let authority = Authority::of_key(pair, &root, now())?;
    put(&certificate, authority.certificate().as_bytes(), cx)?;
    put(&pin, authority.pin().as_bytes(), cx)?;
    put(&key, authority.key().pem().expose().as_bytes(), cx)?;
    Ok(Exit::Done)
}
