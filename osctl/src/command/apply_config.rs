//! `osctl apply-config`: hand a configuration to nodes.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::apply::{How, send};
use crate::cli::Cx;
use crate::client::Fleet;
use crate::exit::{Exit, usage};
use crate::patch::{Patches, decode};

/// Apply a configuration
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl apply-config -i -n 10.0.0.2 -f controlplane.yaml       a node in maintenance mode\n  \
    osctl apply-config -n 10.0.0.2 -f controlplane.yaml --dry-run\n  \
    osctl apply-config -n 10.0.0.2 -f controlplane.yaml --mode try --timeout 2m\n  \
    osctl apply-config -n 10.0.0.2 -f controlplane.yaml -p @node-2.yaml\n  \
    render | osctl apply-config -n 10.0.0.2 -f -")]
pub(crate) struct Args {
    /// The configuration, or - for standard input
    #[arg(short, long, value_name = "FILE|-")]
    file: PathBuf,
    #[command(flatten)]
    how: How,
    /// A patch of the configuration, or @ and its file; several are applied in order
    #[arg(short = 'p', long, value_name = "PATCH|@FILE")]
    config_patch: Vec<String>,
}

/// Largest configuration that is sent. A node takes less; it says so itself.
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let patches = Patches::load(&args.config_patch, &mut cx.output)?;
    let mut data = load(&args.file)?;
    if !patches.is_empty() {
        let name = args.file.display().to_string();
        let config = decode(&data, &name, &mut cx.output)?;
        data = patches.apply(&config, &name, &mut cx.output)?.bytes().to_vec();
    }
    send(&Fleet::new(&cx.global)?, &args.how, data, "apply-config", &mut cx.output).await
}

/// The bytes of a configuration, from a file or, for `-`, standard input.
pub(crate) fn load(path: &Path) -> anyhow::Result<Vec<u8>> {
    let what = || format!("read {}", path.display());
    let mut data = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(MAX_FILE + 1).read_to_end(&mut data).with_context(what)?;
    } else {
        let file = std::fs::File::open(path).with_context(what)?;
        file.take(MAX_FILE + 1).read_to_end(&mut data).with_context(what)?;
    }
    if data.len() as u64 > MAX_FILE {
        return Err(usage(format!("{}: more than {MAX_FILE} bytes", path.display())));
    }
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_or_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.yaml");
        let error = format!("{:#}", load(&path).expect_err("absent"));
        assert!(error.starts_with(&format!("read {}: ", path.display())), "{error}");
        std::fs::write(&path, "machine: {}\n").expect("written");
        assert_eq!(load(&path).expect("read"), b"machine: {}\n");
    }
}
