//! `osctl dmesg`: what a node's kernel logged.

use api::common::Data;
use api::machine::DmesgRequest;

use crate::call::follow;
use crate::cli::Cx;
use crate::client::{Fleet, Group};
use crate::exit::Exit;
use crate::output::Lines;

/// Print the kernel's log
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl dmesg -n 10.0.0.2\n  \
    osctl dmesg -n 10.0.0.2 --follow --tail      only what is new")]
pub(crate) struct Args {
    /// Go on with what is logged from now on
    #[arg(short, long)]
    follow: bool,
    /// Begin at the end, to see only what is new; with --follow
    #[arg(long)]
    tail: bool,
}

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let fleet = Fleet::new(&cx.global)?;
    let request = DmesgRequest { follow: args.follow, tail: args.tail };
    let call = async |group: Group| group.machine().dmesg(group.all(request)).await;
    let mut lines = Lines::default();
    let verb = ("dmesg", "/machine.MachineService/Dmesg");
    let exit = follow(&fleet, verb, &mut cx.output, call, |output, node, data: Data| {
        Ok(lines.take(output, node, &data.bytes)?)
    });
    let exit = exit.await?;
    lines.finish(&mut cx.output)?;
    Ok(exit)
}
