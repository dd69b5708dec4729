//! `osctl time`: what time a node has, and how far it is from a time server.

use crate::call::ask;
use crate::cli::Cx;
use crate::client::{Fleet, Group, within};
use crate::exit::Exit;
use crate::human::timestamp;
use crate::output::{self, Format};

/// Show the nodes' time
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl time -n 10.0.0.2\n  \
    osctl time -n 10.0.0.2 --check pool.ntp.org")]
pub(crate) struct Args {
    /// Have the nodes ask this time server instead of their own
    #[arg(long, value_name = "SERVER")]
    check: Option<String>,
    /// The form of the output
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

const COLUMNS: &[&str] = &["NODE", "NTP-SERVER", "NODE-TIME", "NTP-SERVER-TIME"];

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let fleet = Fleet::new(&cx.global)?;
    let answers = match &args.check {
        None => {
            let call = async |group: Group| group.time().time(within(group.all(()))).await;
            ask(&fleet, "/time.TimeService/Time", call).await
        }
        Some(server) => {
            let call = async |group: Group| {
                let request = api::time::TimeRequest { server: server.clone() };
                group.time().time_check(within(group.all(request))).await
            };
            ask(&fleet, "/time.TimeService/TimeCheck", call).await
        }
    };
    let name = ("time.Time", COLUMNS);
    output::answers(&mut cx.output, args.output, name, &answers.given, |table, node, time| {
        table.row(&[
            node,
            &time.server,
            &timestamp(time.localtime.as_ref()),
            &timestamp(time.remotetime.as_ref()),
        ]);
    })?;
    answers.finish("time", &mut cx.output)
}
