//! `osctl reboot`: restart nodes.

use std::time::Duration;

use api::machine::RebootRequest;
use api::machine::reboot_request::Mode as Wire;

use crate::call::ask;
use crate::cli::Cx;
use crate::client::{Fleet, Group, within};
use crate::exit::Exit;
use crate::wait::{self, Action};

/// Reboot nodes, and wait until they run again
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl reboot -n 10.0.0.2\n  \
    osctl reboot -n 10.0.0.2,10.0.0.3 --timeout 10m\n  \
    osctl reboot -n 10.0.0.2 --mode powercycle --wait=false")]
pub(crate) struct Args {
    /// How
    #[arg(short, long, value_enum, default_value_t, value_name = "MODE")]
    mode: Mode,
    /// Wait until the nodes run and are ready
    #[arg(long, value_name = "true|false", default_value_t = true, default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    wait: bool,
    /// How long to wait
    #[arg(long, value_name = "DURATION", value_parser = crate::duration::parse, default_value = "30m")]
    timeout: Duration,
}

/// How to reboot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Mode {
    /// As the node finds best
    #[default]
    Default,
    /// Through the firmware
    Powercycle,
    /// At once, without stopping services in order
    Force,
}

impl From<Mode> for Wire {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Default => Self::Default,
            Mode::Powercycle => Self::Powercycle,
            Mode::Force => Self::Force,
        }
    }
}

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let fleet = Fleet::new(&cx.global)?;
    let request = RebootRequest { mode: Wire::from(args.mode).into() };
    if args.wait {
        return wait::run(&fleet, Action::Reboot(request), args.timeout, cx).await;
    }
    let call = async |group: Group| group.machine().reboot(within(group.all(request))).await;
    ask(&fleet, "/machine.MachineService/Reboot", call).await.finish("reboot", &mut cx.output)
}
