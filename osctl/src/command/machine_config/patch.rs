//! `osctl machineconfig patch`: a configuration file with patches applied.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::Cx;
use crate::command::apply_config::load;
use crate::context::write_private;
use crate::exit::Exit;
use crate::patch::{Patches, decode};

/// Patch a configuration file
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl machineconfig patch controlplane.yaml -p @patch.yaml -o controlplane.yaml\n  \
    osctl machineconfig patch worker.yaml -p '{machine: {sysctls: {vm.nr_hugepages: \"64\"}}}'\n  \
    osctl machineconfig patch worker.yaml -p '{machine: {env: {$patch: delete}}}'\n  \
    osctl machineconfig patch old.yaml -p '[{op: remove, path: /machine/env}]'\n\n\
    A patch is documents that hold only what changes, or a list of JSON operations (RFC 6902).\n\
    What no patch touches stays as it is, comments included.")]
pub(crate) struct Args {
    /// The configuration, or - for standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    /// A patch, or @ and its file; several are applied in order
    #[arg(short, long, value_name = "PATCH|@FILE")]
    patch: Vec<String>,
    /// Where the result goes instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let patches = Patches::load(&args.patch, &mut cx.output)?;
    let bytes = load(&args.file)?;
    let name = args.file.display().to_string();
    let patched = if patches.is_empty() {
        bytes
    } else {
        let config = decode(&bytes, &name, &mut cx.output)?;
        patches.apply(&config, &name, &mut cx.output)?.bytes().to_vec()
    };
    match &args.output {
        Some(path) if path != Path::new("-") => {
            write_private(path, &patched).with_context(|| format!("write {}", path.display()))?;
        }
        _ => cx.output.out.write_all(&patched)?,
    }
    Ok(Exit::Done)
}
