//! `osctl plan`: what a new configuration would change, before anything is touched.

use std::io::Write as _;
use std::path::PathBuf;

use config::change::{Difference, What, diff, differences};
use config::patch::between;
use config::{Config, fault};
use serde_json::{Value, json};

use crate::clean::{clean, strip};
use crate::cli::Cx;
use crate::client::Fleet;
use crate::command::apply_config::load;
use crate::exit::{Exit, Refused, usage};
use crate::machine_config::fetch;
use crate::output::{Format, Output, document};
use crate::patch::{Patches, decode};
use crate::table::Table;

/// Show what a new configuration or a patch would change
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl plan -n 10.0.0.2 -f controlplane.yaml\n  \
    osctl plan -n 10.0.0.2,10.0.0.3 -p @patch.yaml --exit-code\n  \
    osctl plan --from old.yaml -f new.yaml -o diff        no node is asked\n  \
    osctl plan --from old.yaml -f new.yaml -o patch       what leads from one to the other\n\n\
    Nothing is sent to a node, and secrets are shown by -o patch alone.\n\
    With --exit-code the exit code is 4 if there are changes, and 0 if there are none.")]
pub(crate) struct Args {
    /// The new configuration, or - for standard input; else the present one, patched
    #[arg(short, long, value_name = "FILE|-")]
    file: Option<PathBuf>,
    /// A patch for it, or @ and its file; several are applied in order
    #[arg(short, long, value_name = "PATCH|@FILE")]
    patch: Vec<String>,
    /// Compare with this file instead of what a node has
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Exit with 4 if there are changes
    #[arg(long)]
    exit_code: bool,
    /// The form of the output
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    output: Form,
}

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Form {
    /// A line for each field
    #[default]
    Table,
    /// A document for each node, as JSON
    Json,
    /// A document for each node, as YAML
    Yaml,
    /// The changed lines
    Diff,
    /// The patch that makes the change, with its secrets
    Patch,
}

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    if args.file.is_none() && args.patch.is_empty() {
        return Err(usage("plan: name what is new with --file or --patch"));
    }
    let patches = Patches::load(&args.patch, &mut cx.output)?;
    let new = match &args.file {
        None => None,
        Some(file) => {
            let name = file.display().to_string();
            let new = decode(&load(file)?, &name, &mut cx.output)?;
            Some(changed(&new, &patches, &name, &mut cx.output)?)
        }
    };
    let mut sides = Vec::new();
    let mut exit = Exit::Done;
    if let Some(from) = &args.from {
        let name = from.display().to_string();
        let old = decode(&load(from)?, &name, &mut cx.output)?;
        sides.push((name, old));
    } else {
        for node in Fleet::new(&cx.global)?.each() {
            match fetch(&node, &mut cx.output).await {
                Ok(old) => sides.push((node.label().to_owned(), old)),
                Err(error) => {
                    cx.output.out.flush()?;
                    writeln!(
                        cx.output.err,
                        "osctl: plan {}: {}",
                        node.label(),
                        clean(&format!("{error:#}"))
                    )?;
                    exit = exit.max(crate::exit::of(&error));
                }
            }
        }
    }
    let mut changes = false;
    for (name, old) in sides {
        let new = match &new {
            Some(new) => new.clone(),
            None => changed(&old, &patches, &name, &mut cx.output)?,
        };
        changes |= tell(args.output, &name, &old, &new, &mut cx.output)?;
    }
    Ok(if exit == Exit::Done && changes && args.exit_code { Exit::Changes } else { exit })
}

/// The configuration with the patches, by the rules that hold on every machine.
fn changed(
    config: &Config,
    patches: &Patches,
    name: &str,
    output: &mut Output,
) -> anyhow::Result<Config> {
    let new = patches.apply(config, name, output)?;
    let faults = config::validate(&new, types::Mode::Cloud);
    if faults.is_empty() {
        return Ok(new);
    }
    writeln!(output.err, "{}", strip(&fault::summary(&faults)))?;
    Err(Refused(format!("{name}: the new configuration is not valid")).into())
}

/// Prints what lies between two configurations; whether anything does.
fn tell(
    form: Form,
    name: &str,
    old: &Config,
    new: &Config,
    output: &mut Output,
) -> anyhow::Result<bool> {
    let changes = differences(old, new);
    let mut reboot: Vec<_> = changes.iter().flat_map(|change| change.reboot.clone()).collect();
    reboot.sort();
    reboot.dedup();
    match form {
        Form::Json => document(output, Format::Json, &as_value(name, &changes, &reboot)?)?,
        Form::Yaml => document(output, Format::Yaml, &as_value(name, &changes, &reboot)?)?,
        Form::Diff => output.out.write_all(strip(&diff(Some(old), new)).as_bytes())?,
        Form::Patch => match between(old, new) {
            Ok(patch) => output.out.write_all(patch.as_bytes())?,
            Err(error) => return Err(Refused(format!("{name}: {error}")).into()),
        },
        Form::Table => {
            writeln!(output.out, "{name}: {}", headline(changes.len(), &reboot))?;
            let mut table = Table::new(&["", "FIELD", "BEFORE", "AFTER", "TAKES EFFECT"]);
            changes.iter().for_each(|change| table.row(&row(change)));
            if !table.is_empty() {
                output.out.write_all(table.render().as_bytes())?;
            }
        }
    }
    Ok(!changes.is_empty())
}

/// The answer in one line.
fn headline(changes: usize, reboot: &[String]) -> String {
    let count = match changes {
        0 => return "no changes".to_owned(),
        1 => "1 change".to_owned(),
        many => format!("{many} changes"),
    };
    match reboot {
        [] => format!("{count}, all without a reboot"),
        sections => format!("{count}, with a reboot for {}", sections.join(", ")),
    }
}

/// A change as a row.
fn row(change: &Difference) -> [String; 5] {
    let mark = match change.what {
        What::Added => "+",
        What::Changed => "~",
        What::Removed => "-",
    };
    let parts = [change.document.as_str(), change.path.as_str()];
    let field: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let field = if field.is_empty() { "root document".to_owned() } else { field.join(": ") };
    let effect = if change.reboot.is_empty() { "at once" } else { "after a reboot" };
    let side = |value: &Option<String>| value.as_deref().map_or_else(String::new, short);
    [mark.to_owned(), field, side(&change.before), side(&change.after), effect.to_owned()]
}

/// A value that fits a column.
fn short(value: &str) -> String {
    /// Most characters of a column.
    const WIDTH: usize = 40;
    match value.lines().count() {
        0 | 1 if value.chars().count() <= WIDTH => value.to_owned(),
        0 | 1 => value.chars().take(WIDTH).chain(['…']).collect(),
        lines => format!("({lines} lines)"),
    }
}

/// The answer for machines.
fn as_value(name: &str, changes: &[Difference], reboot: &[String]) -> anyhow::Result<Value> {
    Ok(json!({
        "node": name,
        "changed": !changes.is_empty(),
        "reboot": reboot,
        "changes": serde_json::to_value(changes)?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::tests::sinks;

    const OLD: &str = "machine:\n    type: worker\n    token: a\n    certSANs: [a]\n";
    const NEW: &str = "machine:\n    type: worker\n    token: b\n    certSANs: [a, b]\n---\n\
                       apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: h\n";

    fn told(form: Form, old: &str, new: &str) -> (bool, String) {
        let (mut output, out, _) = sinks();
        let read = |text: &str| Config::decode(text.as_bytes()).expect("a configuration").0;
        let changes = tell(form, "n", &read(old), &read(new), &mut output).expect("told");
        (changes, out.text())
    }

    #[test]
    fn each_form_says_the_same() {
        let (changes, table) = told(Form::Table, OLD, NEW);
        assert!(changes);
        assert_eq!(
            table,
            "n: 3 changes, with a reboot for machine.token\n    \
                 FIELD              BEFORE     AFTER       TAKES EFFECT\n\
             ~   machine.token      REDACTED   REDACTED    after a reboot\n\
             ~   machine.certSANs   - a        (2 lines)   at once\n\
             +   HostnameConfig                (3 lines)   at once\n"
        );
        let (_, json) = told(Form::Json, OLD, NEW);
        let json: Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(json["reboot"], json!(["machine.token"]));
        assert_eq!(json["changes"][1]["path"], "machine.certSANs");
        assert_eq!(json["changes"][1]["reboot"], json!([]));
        assert_eq!(json["changes"][2]["what"], "added");
        let (_, patch) = told(Form::Patch, OLD, NEW);
        assert!(
            patch.starts_with("machine:\n    token: b\n    certSANs:\n        - b\n---\n"),
            "{patch}"
        );
        let (_, diff) = told(Form::Diff, OLD, NEW);
        assert!(diff.contains("+        - b\n") && !diff.contains("token: b"), "{diff}");
    }

    #[test]
    fn without_changes_there_is_little_to_say() {
        assert_eq!(told(Form::Table, OLD, OLD), (false, "n: no changes\n".to_owned()));
        assert_eq!(told(Form::Patch, OLD, OLD), (false, String::new()));
        assert_eq!(told(Form::Diff, OLD, OLD), (false, String::new()));
    }
}
