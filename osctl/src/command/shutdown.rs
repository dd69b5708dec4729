//! `osctl shutdown`: stop nodes in order.

use std::time::Duration;

use api::machine::ShutdownRequest;

use crate::call::ask;
use crate::cli::Cx;
use crate::client::{Fleet, Group, within};
use crate::exit::Exit;
use crate::wait::{self, Action};

/// Shut nodes down, and wait until they are
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl shutdown -n 10.0.0.2\n  \
    osctl shutdown -n 10.0.0.2 --wait=false")]
pub(crate) struct Args {
    /// Do not move the pods away first
    #[arg(long)]
    force: bool,
    /// Wait until the nodes' services have stopped
    #[arg(long, value_name = "true|false", default_value_t = true, default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    wait: bool,
    /// How long to wait
    #[arg(long, value_name = "DURATION", value_parser = crate::duration::parse, default_value = "30m")]
    timeout: Duration,
}

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let fleet = Fleet::new(&cx.global)?;
    let request = ShutdownRequest { force: args.force };
    if args.wait {
        return wait::run(&fleet, Action::Shutdown(request), args.timeout, cx).await;
    }
    let call = async |group: Group| group.machine().shutdown(within(group.all(request))).await;
    ask(&fleet, "/machine.MachineService/Shutdown", call).await.finish("shutdown", &mut cx.output)
}
