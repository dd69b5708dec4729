//! `osctl edit`: change the configuration that nodes have in an editor.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use config::{Config, fault};

use crate::apply::{How, send};
use crate::clean::clean;
use crate::cli::Cx;
use crate::client::{Fleet, Group};
use crate::command::apply_config::load;
use crate::context::write_private;
use crate::exit::{self, Exit, Refused, usage};
use crate::machine_config::{fetch, is_named};

/// Change the configuration of nodes in an editor
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl edit machineconfig -n 10.0.0.2\n  \
    EDITOR='code --wait' osctl edit mc -n 10.0.0.2 --dry-run\n\n\
    The editor is $OSCTL_EDITOR, $TALOS_EDITOR, $EDITOR, or vi. A text that is no configuration is\n\
    opened again with its faults on top; leave it as it is, or empty it, to give up.")]
pub(crate) struct Args {
    /// What is changed: machineconfig (mc)
    #[arg(value_name = "TYPE", value_parser = is_named)]
    kind: String,
    #[command(flatten)]
    how: How,
}

/// What begins the lines that say what was wrong; they are taken out again.
const NOTE: &str = "# osctl: ";
/// Where the editor is named, in order.
const EDITORS: [&str; 3] = ["OSCTL_EDITOR", "TALOS_EDITOR", "EDITOR"];

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let named = EDITORS.iter().find_map(|name| std::env::var(name).ok());
    let editor =
        named.filter(|editor| !editor.trim().is_empty()).unwrap_or_else(|| "vi".to_owned());
    let mut exit = Exit::Done;
    for node in Fleet::new(&cx.global)?.each() {
        exit = exit.max(match change(&node, &editor, &args.how, cx).await {
            Ok(exit) => exit,
            Err(error) => {
                let (label, why) = (node.label(), clean(&format!("{error:#}")));
                writeln!(cx.output.err, "osctl: edit {label}: {why}")?;
                exit::of(&error)
            }
        });
    }
    Ok(exit)
}

/// Changes the configuration of one node.
async fn change(node: &Group, editor: &str, how: &How, cx: &mut Cx) -> anyhow::Result<Exit> {
    let config = fetch(node, &mut cx.output).await?;
    let before = String::from_utf8_lossy(config.bytes()).into_owned();
    // In a folder of our own, which nobody else can look into: it holds keys.
    let folder = tempfile::tempdir().context("make a folder")?;
    let path = folder.path().join("machineconfig.yaml");
    let mut shown = before.clone();
    loop {
        write_private(&path, shown.as_bytes())
            .with_context(|| format!("write {}", path.display()))?;
        open(editor, &path)?;
        let after = String::from_utf8_lossy(&load(&path)?).into_owned();
        let edited = without_notes(&after);
        if edited == before || edited.trim().is_empty() {
            writeln!(cx.output.err, "{}: no changes, nothing is sent", node.label())?;
            return Ok(Exit::Done);
        }
        match Config::decode(edited.as_bytes()) {
            Ok(_) => {
                let fleet = Fleet::of(node.clone());
                return send(&fleet, how, edited.into_bytes(), "edit", &mut cx.output).await;
            }
            Err(_) if after == shown => {
                return Err(Refused(
                    "the text is no configuration, and nothing is sent".to_owned(),
                )
                .into());
            }
            Err(faults) => shown = with_notes(&fault::summary(&faults), &edited),
        }
    }
}

/// Runs the editor until it ends. Nothing else happens meanwhile, so it may block.
#[expect(
    clippy::disallowed_methods,
    reason = "a program of the operator's choice, with the terminal and environment that they have"
)]
fn open(editor: &str, path: &Path) -> anyhow::Result<()> {
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = std::process::Command::new(program).args(words).arg(path).status();
    let status = status.map_err(|error| usage(format!("run {program}: {error}")))?;
    if !status.success() {
        return Err(Refused(format!("{program} ended with {status}, and nothing is sent")).into());
    }
    Ok(())
}

/// A text with lines on top that say what is wrong, their places in the text below them counted anew.
fn with_notes(faults: &str, text: &str) -> String {
    let notes: String = faults.lines().map(|line| format!("{NOTE}{}\n", clean(line))).collect();
    format!("{notes}{text}")
}

/// A text without such lines on top.
fn without_notes(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.skip_while(|line| line.starts_with(NOTE)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_come_and_go() {
        let text = "# osctl is fine\nmachine: {}\n# osctl: inside it stays\n";
        let noted = with_notes("1:2: one\n3:4: two", text);
        assert_eq!(noted, format!("# osctl: 1:2: one\n# osctl: 3:4: two\n{text}"));
        assert_eq!(without_notes(&noted), text);
        assert_eq!(without_notes(text), text);
    }
}
