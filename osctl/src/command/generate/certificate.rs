//! `osctl gen crt`: a client certificate out of a signing request.
//!
//! Of the request the public key is taken, and the roles and names that it asks for unless others are
//! given here; usage, lifetime and authority never come from it. What is granted is said.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use config::pki::{Authority, Leaf, SigningRequest, Usage};

use super::{Existing, hours, named, put, text};
use crate::cli::Cx;
use crate::exit::Exit;
use crate::human::now;

/// Sign a request: make a client certificate
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl gen crt --ca talos --csr admin.csr --name admin\n  \
    osctl gen crt --ca talos --csr admin.csr --name admin --roles os:reader --hours 8\n\n\
    Reads talos.crt and talos.key, writes admin.crt. The roles and names are those of the request\n\
    unless they are given here; the command says what it grants.")]
pub(crate) struct Args {
    /// Name of the authority's files, without their endings
    #[arg(long, value_name = "NAME")]
    ca: PathBuf,
    /// File with the request, PEM
    #[arg(long, value_name = "FILE")]
    csr: PathBuf,
    /// Name of the file to write, without its ending
    #[arg(long, value_name = "NAME")]
    name: String,
    /// How many hours it is valid
    #[arg(long, value_name = "HOURS", value_parser = hours, default_value = "24")]
    hours: Duration,
    /// The roles to grant, instead of those asked for
    #[arg(long, value_name = "ROLE", value_delimiter = ',')]
    roles: Option<Vec<String>>,
    /// The names and addresses to certify, instead of those asked for
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    names: Option<Vec<String>>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, existing: Existing, cx: &mut Cx) -> anyhow::Result<Exit> {
    let [path] = named(&args.name, ["crt"])?;
    existing.allow(&[&path])?;
    let authority = authority(&args.ca)?;
    let request = SigningRequest::from_pem(&text(&args.csr)?)
        .with_context(|| args.csr.display().to_string())?;
    // An empty text on the command line means none.
    let some = |list: &[String]| -> Vec<String> {
        list.iter().filter(|text| !text.is_empty()).cloned().collect()
    };
    let roles = some(args.roles.as_ref().unwrap_or(&request.organizations));
    let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
    let names = some(args.names.as_ref().unwrap_or(&request.names));
    let leaf = Leaf {
        usage: Usage::Client,
        common_name: None,
        organizations: &roles,
        names: &names,
        lifetime: args.hours,
    };
    let certificate = authority.certify(&leaf, &request.public_key, now())?;
    put(&path, certificate.as_bytes(), cx)?;
    let shown = |list: &str| if list.is_empty() { "none".to_owned() } else { list.to_owned() };
    writeln!(
        cx.output.err,
        "granted: roles {}, names {}, for {}",
        shown(&crate::clean::clean(&roles.join(","))),
        shown(&crate::clean::clean(&names.join(","))),
        crate::human::span(args.hours)
    )?;
    Ok(Exit::Done)
}

/// The authority in `NAME.crt` and `NAME.key`; the name may have the first ending.
fn authority(name: &Path) -> anyhow::Result<Authority> {
    let bare = name.extension().filter(|ending| *ending == "crt").map(|_| name.with_extension(""));
    let bare = bare.as_deref().unwrap_or(name);
    let file = |ending| PathBuf::from(format!("{}.{ending}", bare.display()));
    let (certificate, key) = (text(&file("crt"))?, text(&file("key"))?);
    Authority::from_pem(&certificate, &key).with_context(|| bare.display().to_string())
}
