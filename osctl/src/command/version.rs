//! `osctl version`: which build this client is, and which build each node runs.

use std::io::Write as _;

use api::machine::Version;

use crate::call::ask;
use crate::cli::Cx;
use crate::client::{Fleet, within};
use crate::exit::Exit;
use crate::output::{Format, document, labelled};

/// Print the version of the client and of the nodes
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl version --client\n  \
    osctl version -n 10.0.0.2,10.0.0.3\n  \
    osctl version -i -n 10.0.0.2          a node in maintenance mode")]
pub(crate) struct Args {
    /// Only this client's version; no node is asked
    #[arg(long)]
    client: bool,
    /// Only the tags
    #[arg(long)]
    short: bool,
    /// The form of the output
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

/// The path of the call.
const METHOD: &str = "/machine.MachineService/Version";

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    if args.output == Format::Table {
        client(args.short, cx)?;
    } else if args.client {
        let own =
            serde_json::json!({"client": {"tag": types::version::TAG, "os": os(), "arch": arch()}});
        document(&mut cx.output, args.output, &own)?;
    }
    if args.client {
        return Ok(Exit::Done);
    }
    cx.output.out.flush()?;
    let fleet = Fleet::new(&cx.global)?;
    let call =
        async |group: crate::client::Group| group.machine().version(within(group.all(()))).await;
    let answers = ask(&fleet, METHOD, call).await;
    if args.output == Format::Table {
        if !answers.given.is_empty() {
            writeln!(cx.output.out, "Server:")?;
        }
        for (node, version) in &answers.given {
            server(args.short, node, version, cx)?;
        }
    } else {
        let pool = prost_reflect::DescriptorPool::decode(api::DESCRIPTOR)?;
        for (node, version) in &answers.given {
            let value = labelled(&pool, "machine.Version", node, version)?;
            document(&mut cx.output, args.output, &value)?;
        }
    }
    answers.finish("version", &mut cx.output)
}

/// This client's part.
fn client(short: bool, cx: &mut Cx) -> std::io::Result<()> {
    let out = &mut cx.output.out;
    writeln!(out, "Client:")?;
    if short {
        return writeln!(out, "\t{}", types::version::TAG);
    }
    writeln!(out, "\tTag:         {}", types::version::TAG)?;
    writeln!(out, "\tOS/Arch:     {}/{}", os(), arch())
}

/// A node's part.
fn server(short: bool, node: &str, version: &Version, cx: &mut Cx) -> std::io::Result<()> {
    let build = version.version.clone().unwrap_or_default();
    let mut lines = vec![("NODE", node.to_owned()), ("Tag", build.tag)];
    if !short {
        lines.push(("SHA", build.sha));
        lines.push(("Built", build.built));
        lines.push(("Go version", build.go_version));
        lines.push(("OS/Arch", format!("{}/{}", build.os, build.arch)));
        if let Some(platform) = &version.platform {
            lines.push(("Platform", format!("{} ({})", platform.name, platform.mode)));
        }
        let rbac = version.features.as_ref().is_some_and(|features| features.rbac);
        lines.push(("Enabled", if rbac { "RBAC".to_owned() } else { String::new() }));
    }
    for (name, value) in lines {
        let line = format!("\t{:<13}{}", format!("{name}:"), crate::clean::clean(&value));
        writeln!(cx.output.out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// The operating system by the name that the API uses.
fn os() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
}

/// The processor by the name that the API uses.
fn arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}
