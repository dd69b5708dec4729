//! `osctl config new`: have a control plane issue another client certificate.

use std::path::PathBuf;
use std::time::Duration;

use api::machine::GenerateClientConfigurationRequest;

use crate::call::ask;
use crate::cli::Cx;
use crate::client::{Fleet, Group, within};
use crate::context::{self, Places, get};
use crate::exit::{Exit, usage};

/// Ask a control plane for a client certificate, and write a client configuration with it
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  \
    osctl config new reader.yaml --roles os:reader --crt-ttl 24h -n 10.0.0.2\n\n\
    Needs the role os:admin. Endpoints and nodes are those of the present context.")]
pub(crate) struct Args {
    /// The file to write; it must not exist
    #[arg(value_name = "FILE", default_value = "talosconfig")]
    path: PathBuf,
    /// What the certificate grants
    #[arg(long, value_name = "ROLE", value_delimiter = ',', default_value = "os:admin")]
    roles: Vec<String>,
    /// How long it is valid
    #[arg(long, value_name = "DURATION", value_parser = crate::duration::parse, default_value = "8760h")]
    crt_ttl: Duration,
}

/// The path of the call.
const METHOD: &str = "/machine.MachineService/GenerateClientConfiguration";

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    if args.path.exists() {
        return Err(usage(format!("{} exists: name another file", args.path.display())));
    }
    let fleet = Fleet::new(&cx.global)?;
    if fleet.each().len() != 1 {
        return Err(usage("config new: one control plane is asked: name it with --nodes"));
    }
    let request = GenerateClientConfigurationRequest {
        roles: args.roles.iter().filter(|role| !role.is_empty()).cloned().collect(),
        crt_ttl: Some(prost_types::Duration::try_from(args.crt_ttl)?),
    };
    let call = async |group: Group| {
        group.machine().generate_client_configuration(within(group.all(request.clone()))).await
    };
    let answers = ask(&fleet, METHOD, call).await;
    if let Some((node, answer)) = answers.given.first() {
        let mut made = context::parse(&answer.talosconfig)
            .map_err(|error| error.context(format!("the answer of {node}")))?;
        // The node does not know how it is reached.
        let held = context::load(&Places::of_process(cx.global.talosconfig.clone()).path()?)?;
        let (_, present) = get(&held, cx.global.context.as_deref())?;
        for context in made.contexts.values_mut().filter(|context| context.endpoints.is_empty()) {
            context.endpoints.clone_from(&present.endpoints);
            context.nodes.clone_from(&present.nodes);
        }
        context::write(&made, &args.path)?;
        std::io::Write::write_fmt(
            &mut cx.output.err,
            format_args!("created {}\n", args.path.display()),
        )?;
    }
    answers.finish("config new", &mut cx.output)
}
