//! `osctl logs`: what a service or a container wrote.

use api::common::{ContainerDriver, Data};
use api::machine::LogsRequest;

use crate::call::follow;
use crate::cli::Cx;
use crate::client::{Fleet, Group};
use crate::exit::Exit;
use crate::output::Lines;

/// Print the log of a service
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl logs machined -n 10.0.0.2\n  \
    osctl logs apid -n 10.0.0.2 --follow --tail 20\n  \
    osctl logs -k kube-system/kube-proxy-x:kube-proxy -n 10.0.0.2")]
pub(crate) struct Args {
    /// The service, or the container with --kubernetes
    #[arg(value_name = "ID")]
    id: String,
    /// Go on with what is written from now on
    #[arg(short, long)]
    follow: bool,
    /// How many of the last lines to begin with; else the whole log
    #[arg(long, value_name = "LINES", default_value_t = -1, allow_negative_numbers = true, hide_default_value = true)]
    tail: i32,
    /// A container of Kubernetes instead of a service
    #[arg(short, long)]
    kubernetes: bool,
}

impl Args {
    /// The request.
    fn request(&self) -> LogsRequest {
        let (namespace, driver) = if self.kubernetes {
            ("k8s.io", ContainerDriver::Cri)
        } else {
            ("system", ContainerDriver::Containerd)
        };
        LogsRequest {
            namespace: namespace.to_owned(),
            id: self.id.clone(),
            driver: driver.into(),
            follow: self.follow,
            tail_lines: self.tail,
        }
    }
}

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let fleet = Fleet::new(&cx.global)?;
    let call = async |group: Group| group.machine().logs(group.all(args.request())).await;
    let mut lines = Lines::default();
    let verb = ("logs", "/machine.MachineService/Logs");
    let exit = follow(&fleet, verb, &mut cx.output, call, |output, node, data: Data| {
        Ok(lines.take(output, node, &data.bytes)?)
    });
    let exit = exit.await?;
    lines.finish(&mut cx.output)?;
    Ok(exit)
}
