//! `osctl gen`: make configurations, keys, certificates and the schema.
//!
//! What the commands share: files that hold secrets are readable by their owner alone, and nothing is
//! written when one of the files is there already.

pub(crate) mod authority;
pub(crate) mod certificate;
pub(crate) mod config;
pub(crate) mod key;
pub(crate) mod keypair;
pub(crate) mod request;
pub(crate) mod schema;
pub(crate) mod secrets;
pub(crate) mod secureboot;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;

use crate::cli::Cx;
use crate::context::{read, write_private};
use crate::exit::{Exit, usage};

/// Make configurations, keys, certificates and the schema
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  osctl gen config prod https://10.0.0.2:6443")]
pub(crate) struct Args {
    /// Replace files that exist
    #[arg(short, long, global = true)]
    force: bool,
    #[command(subcommand)]
    what: What,
}

/// What can be made.
#[derive(Debug, Subcommand)]
enum What {
    #[command(name = "ca")]
    Authority(authority::Args),
    Config(Box<config::Args>),
    #[command(name = "crt")]
    Certificate(certificate::Args),
    #[command(name = "csr")]
    Request(request::Args),
    Key(key::Args),
    Keypair(keypair::Args),
    Schema(schema::Args),
    Secrets(secrets::Args),
    Secureboot(secureboot::Args),
}

/// Runs the command.
pub(crate) fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let existing = if args.force { Existing::Replace } else { Existing::Keep };
    match &args.what {
        What::Authority(args) => authority::run(args, existing, cx),
        What::Config(args) => config::run(args, existing, cx),
        What::Certificate(args) => certificate::run(args, existing, cx),
        What::Request(args) => request::run(args, existing, cx),
        What::Key(args) => key::run(args, existing, cx),
        What::Keypair(args) => keypair::run(args, existing, cx),
        What::Schema(args) => schema::run(args, existing, cx),
        What::Secrets(args) => secrets::run(args, existing, cx),
        What::Secureboot(args) => secureboot::run(args, existing, cx),
    }
}

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It stays, and the command ends.
    Keep,
    /// It is replaced.
    Replace,
}

impl Existing {
    /// Ends the command if one of the files is there and stays. Asked before anything is made.
    fn allow(self, paths: &[&Path]) -> anyhow::Result<()> {
        match (self, paths.iter().find(|path| path.exists())) {
            (Self::Keep, Some(path)) => {
                Err(usage(format!("{} exists: --force replaces it", path.display())))
            }
            (Self::Keep | Self::Replace, _) => Ok(()),
        }
    }
}

/// Writes a file for its owner alone and says so.
fn put(path: &Path, content: &[u8], cx: &mut Cx) -> anyhow::Result<()> {
    write_private(path, content).with_context(|| format!("write {}", path.display()))?;
    writeln!(cx.output.err, "created {}", path.display())?;
    Ok(())
}

/// A file of PEM text.
fn text(path: &Path) -> anyhow::Result<String> {
    let bytes = read(path).with_context(|| format!("read {}", path.display()))?;
    String::from_utf8(bytes).ok().ok_or_else(|| usage(format!("{}: is not text", path.display())))
}

/// The files of a name, each with another ending. The name may lead into a folder.
fn named<const N: usize>(name: &str, endings: [&str; N]) -> anyhow::Result<[PathBuf; N]> {
    if name.is_empty() || name.ends_with('/') || name.contains('\0') {
        return Err(usage(format!("{name:?} names no file")));
    }
    Ok(endings.map(|ending| PathBuf::from(format!("{name}.{ending}"))))
}

/// A life in hours, as the flags of certificates have it.
fn hours(text: &str) -> Result<std::time::Duration, String> {
    /// A hundred years: beyond it a digit too many is likelier than a wish.
    const MAX: u32 = 876_000;
    match text.parse::<u32>() {
        Ok(hours @ 1..=MAX) => Ok(std::time::Duration::from_secs(u64::from(hours) * 3600)),
        _ => Err(format!("{text:?} is no number of hours from 1 to {MAX}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_files() {
        let [one, other] = named("a/b", ["crt", "key"]).expect("files");
        assert_eq!((one, other), (PathBuf::from("a/b.crt"), PathBuf::from("a/b.key")));
        for wrong in ["", "a/", "a\0b"] {
            named(wrong, ["key"]).expect_err(wrong);
        }
    }

    #[test]
    fn hours_have_an_end() {
        assert_eq!(hours("24"), Ok(std::time::Duration::from_secs(86_400)));
        for wrong in ["0", "-1", "876001", "1h", ""] {
            hours(wrong).expect_err(wrong);
        }
    }
}
