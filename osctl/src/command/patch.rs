//! `osctl patch`: change the configuration that nodes have.

use std::io::Write as _;
use std::path::PathBuf;

use crate::apply::{How, send};
use crate::clean::clean;
use crate::cli::Cx;
use crate::client::{Fleet, Group};
use crate::exit::{self, Exit, usage};
use crate::machine_config::{fetch, is_named};
use crate::patch::Patches;

/// Change the configuration of nodes by a patch
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl patch machineconfig -n 10.0.0.2 -p '{machine: {sysctls: {vm.max_map_count: \"262144\"}}}'\n  \
    osctl patch mc -n 10.0.0.2,10.0.0.3 -p @patch.yaml --dry-run\n  \
    osctl patch mc -n 10.0.0.2 -p @patch.yaml --mode try --timeout 2m\n\n\
    Each node's own configuration is patched. osctl plan shows what would change.")]
pub(crate) struct Args {
    /// What is changed: machineconfig (mc)
    #[arg(value_name = "TYPE", value_parser = is_named)]
    kind: String,
    /// A patch, or @ and its file; several are applied in order
    #[arg(short, long, value_name = "PATCH|@FILE")]
    patch: Vec<String>,
    /// A file with a patch, applied after the others
    #[arg(long, value_name = "FILE")]
    patch_file: Option<PathBuf>,
    #[command(flatten)]
    how: How,
}

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let file = args.patch_file.iter().map(|path| format!("@{}", path.display()));
    let given: Vec<String> = args.patch.iter().cloned().chain(file).collect();
    if given.is_empty() {
        return Err(usage(format!("patch {}: name a patch with --patch", args.kind)));
    }
    let patches = Patches::load(&given, &mut cx.output)?;
    let mut exit = Exit::Done;
    for node in Fleet::new(&cx.global)?.each() {
        let outcome = change(&node, &patches, &args.how, cx).await;
        exit = exit.max(match outcome {
            Ok(exit) => exit,
            Err(error) => {
                let (label, why) = (node.label(), clean(&format!("{error:#}")));
                writeln!(cx.output.err, "osctl: patch {label}: {why}")?;
                exit::of(&error)
            }
        });
    }
    Ok(exit)
}

/// Changes the configuration of one node.
async fn change(node: &Group, patches: &Patches, how: &How, cx: &mut Cx) -> anyhow::Result<Exit> {
    let config = fetch(node, &mut cx.output).await?;
    let patched = patches.apply(&config, node.label(), &mut cx.output)?;
    if patched.bytes() == config.bytes() {
        writeln!(cx.output.err, "{}: no changes, nothing is sent", node.label())?;
        return Ok(Exit::Done);
    }
    let data = patched.bytes().to_vec();
    send(&Fleet::of(node.clone()), how, data, "patch", &mut cx.output).await
}
