//! `osctl get`: resources of nodes, once or as they change.

mod print;

use std::io::Write as _;

use anyhow::Context as _;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use self::print::{Mark, Printer};
use crate::call::report;
use crate::cli::Cx;
use crate::client::{Fleet, Group};
use crate::exit::{Exit, usage};
use crate::jsonpath::Template;
use crate::output::Format;
use crate::resource::{Change, Target, get, list, resolve, watch};

/// Get resources
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl get rd -n 10.0.0.2                       every type there is\n  \
    osctl get addresses -n 10.0.0.2,10.0.0.3\n  \
    osctl get machinestatus machine -n 10.0.0.2 -o yaml\n  \
    osctl get links -n 10.0.0.2 --watch\n  \
    osctl get hostname -n 10.0.0.2 -o jsonpath='{.spec.hostname}'\n\n\
    In a watch + is new, - is gone, and a blank is changed. A lost connection is resumed.")]
pub(crate) struct Args {
    /// The type, by any of its names
    #[arg(value_name = "TYPE")]
    kind: String,
    /// One resource of the type
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// The namespace, instead of the type's own
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,
    /// Go on with changes as they happen
    #[arg(short, long)]
    watch: bool,
    /// The form of the output: table, yaml, json or jsonpath=TEMPLATE
    #[arg(short, long, default_value = "table", value_name = "FORMAT", value_parser = form)]
    output: Form,
}

/// The form of the output.
#[derive(Debug, Clone)]
enum Form {
    Common(Format),
    Path(Template),
}

/// Reads the name of a form.
fn form(text: &str) -> Result<Form, String> {
    match text {
        "table" => Ok(Form::Common(Format::Table)),
        "yaml" => Ok(Form::Common(Format::Yaml)),
        "json" => Ok(Form::Common(Format::Json)),
        _ => match text.strip_prefix("jsonpath=") {
            Some(template) => {
                Template::parse(template).map(Form::Path).map_err(|error| error.to_string())
            }
            None => Err("one of table, yaml, json, jsonpath=TEMPLATE".to_owned()),
        },
    }
}

/// Changes that wait to be printed, of all nodes together.
const AHEAD: usize = 256;

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let nodes = Fleet::new(&cx.global)?.each();
    let first = nodes.first().context("no node is named")?;
    let kind = match resolve(first, &args.kind).await {
        Ok(kind) => kind,
        Err(error) => {
            return Err(error.context(format!("get {}", first.label())));
        }
    };
    let target = Target {
        namespace: args.namespace.clone().unwrap_or_else(|| kind.namespace.clone()),
        kind: kind.name.clone(),
        id: args.id.clone().filter(|id| !id.is_empty()),
    };
    if args.id.as_deref() == Some("") {
        return Err(usage("get: the id is empty"));
    }
    let printer = Printer::new(&args.output, kind, args.watch);
    if args.watch {
        follow(nodes, target, printer, cx).await
    } else {
        once(nodes, target, printer, cx).await
    }
}

/// Gets what there is.
async fn once(
    nodes: Vec<Group>,
    target: Target,
    mut printer: Printer<'_>,
    cx: &mut Cx,
) -> anyhow::Result<Exit> {
    let ask = async |node: &Group| match &target.id {
        Some(id) => Ok(vec![get(node, &target.namespace, &target.kind, id).await?]),
        None => list(node, &target.namespace, &target.kind).await,
    };
    let answers = futures_util::future::join_all(nodes.iter().map(ask)).await;
    let mut faults = Vec::new();
    for (node, answer) in nodes.iter().zip(answers) {
        match answer {
            Ok(resources) => {
                for resource in resources {
                    printer.take(&mut cx.output, node.label(), Mark::None, &resource)?;
                }
            }
            Err(fault) => faults.push((node.label(), fault)),
        }
    }
    printer.complete(&mut cx.output)?;
    let mut exit = Exit::Done;
    for (node, fault) in faults {
        report(&mut cx.output, "get", node, &fault)?;
        exit = exit.max(fault.exit());
    }
    Ok(exit)
}

/// Gets what there is and what comes.
async fn follow(
    nodes: Vec<Group>,
    target: Target,
    mut printer: Printer<'_>,
    cx: &mut Cx,
) -> anyhow::Result<Exit> {
    let (sender, mut receiver) = mpsc::channel(AHEAD);
    let mut waiting = if target.id.is_some() { 0 } else { nodes.len() };
    let mut watches = JoinSet::new();
    for node in nodes {
        watches.spawn(watch(node, target.clone(), sender.clone()));
    }
    drop(sender);
    if waiting == 0 {
        printer.complete(&mut cx.output)?;
    }
    let mut exit = Exit::Done;
    while let Some((node, change)) = receiver.recv().await {
        let output = &mut cx.output;
        match change {
            Change::Created(resource) => {
                printer.take(output, node.label(), Mark::New, &resource)?
            }
            Change::Updated(resource) => {
                printer.take(output, node.label(), Mark::Changed, &resource)?
            }
            Change::Destroyed(resource) => {
                printer.take(output, node.label(), Mark::Gone, &resource)?
            }
            Change::Complete => waiting = waiting.saturating_sub(1),
            Change::Lost(fault) => {
                output.out.flush()?;
                writeln!(output.err, "osctl: get {}: {fault}; trying again", node.label())?;
            }
            Change::End(fault) => {
                waiting = waiting.saturating_sub(1);
                report(output, "get", node.label(), &fault)?;
                exit = exit.max(fault.exit());
            }
        }
        if waiting == 0 && receiver.is_empty() {
            printer.complete(output)?;
        }
    }
    printer.complete(&mut cx.output)?;
    Ok(exit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_named() {
        assert!(matches!(form("yaml"), Ok(Form::Common(Format::Yaml))));
        assert!(matches!(form("jsonpath={.a}"), Ok(Form::Path(_))));
        form("jsonpath={").expect_err("no path");
        form("xml").expect_err("no form");
    }
}
