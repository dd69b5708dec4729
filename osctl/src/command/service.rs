//! `osctl service`: what the services of a node do, and telling one to start or stop.

use std::io::Write as _;
use std::time::SystemTime;

use api::machine::{
    ServiceInfo, ServiceList, ServiceRestartRequest, ServiceStartRequest, ServiceStopRequest,
};

use crate::call::{Answers, ask};
use crate::clean::clean;
use crate::cli::Cx;
use crate::client::{Fleet, Group, within};
use crate::exit::{Exit, Refused};
use crate::human::{ago, now};
use crate::output::{self, Format};

/// Show the services, or one of them, or start, stop or restart it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl services -n 10.0.0.2\n  \
    osctl service apid -n 10.0.0.2\n  \
    osctl service apid restart -n 10.0.0.2")]
pub(crate) struct Args {
    /// The service
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// What to do with it
    #[arg(value_enum, value_name = "ACTION", default_value_t, hide_default_value = true)]
    action: Action,
    /// The form of the output
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

/// What to do with a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Action {
    /// Show its state and its events
    #[default]
    Status,
    /// Start it
    Start,
    /// Stop it
    Stop,
    /// Stop and start it
    Restart,
}

const COLUMNS: &[&str] = &["NODE", "SERVICE", "STATE", "HEALTH", "LAST CHANGE", "LAST EVENT"];

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let fleet = Fleet::new(&cx.global)?;
    match (&args.id, args.action) {
        (Some(id), Action::Start) => {
            let call = async |group: Group| {
                let request = ServiceStartRequest { id: id.clone() };
                group.machine().service_start(within(group.all(request))).await
            };
            let answers = ask(&fleet, "/machine.MachineService/ServiceStart", call).await;
            told(answers, |answer| &answer.resp, cx)
        }
        (Some(id), Action::Stop) => {
            let call = async |group: Group| {
                let request = ServiceStopRequest { id: id.clone() };
                group.machine().service_stop(within(group.all(request))).await
            };
            let answers = ask(&fleet, "/machine.MachineService/ServiceStop", call).await;
            told(answers, |answer| &answer.resp, cx)
        }
        (Some(id), Action::Restart) => {
            let call = async |group: Group| {
                let request = ServiceRestartRequest { id: id.clone() };
                group.machine().service_restart(within(group.all(request))).await
            };
            let answers = ask(&fleet, "/machine.MachineService/ServiceRestart", call).await;
            told(answers, |answer| &answer.resp, cx)
        }
        (id, _) => show(&fleet, id.as_deref(), args.output, cx).await,
    }
}

/// Prints what the nodes answered to an action.
fn told<T>(answers: Answers<T>, text: fn(&T) -> &String, cx: &mut Cx) -> anyhow::Result<Exit> {
    for (node, answer) in &answers.given {
        writeln!(cx.output.out, "{node}: {}", clean(text(answer)))?;
    }
    answers.finish("service", &mut cx.output)
}

/// Prints all services as a table, or one of them whole.
async fn show(
    fleet: &Fleet,
    id: Option<&str>,
    format: Format,
    cx: &mut Cx,
) -> anyhow::Result<Exit> {
    let call = async |group: Group| group.machine().service_list(within(group.all(()))).await;
    let mut answers = ask(fleet, "/machine.MachineService/ServiceList", call).await;
    if let Some(id) = id {
        for (_, list) in &mut answers.given {
            list.services.retain(|service| service.id == id);
        }
        let answered = !answers.given.is_empty();
        answers.given.retain(|(_, list)| !list.services.is_empty());
        if answered && answers.given.is_empty() {
            return Err(Refused(format!("service {id}: no node has it")).into());
        }
    }
    let now = now();
    if id.is_some() && format == Format::Table {
        for (node, list) in &answers.given {
            for service in &list.services {
                write!(cx.output.out, "{}", whole(node, service, now))?;
            }
        }
    } else {
        let name = ("machine.ServiceList", COLUMNS);
        output::answers(
            &mut cx.output,
            format,
            name,
            &answers.given,
            |table, node, list: &ServiceList| {
                for service in &list.services {
                    table.row(&row(node, service, now));
                }
            },
        )?;
    }
    answers.finish("service", &mut cx.output)
}

/// The cells of one service.
fn row(node: &str, service: &ServiceInfo, now: SystemTime) -> [String; 6] {
    let last = service.events.as_ref().and_then(|events| events.events.last());
    [
        node.to_owned(),
        service.id.clone(),
        service.state.clone(),
        health(service).to_owned(),
        ago(last.and_then(|event| event.ts.as_ref()), now),
        last.map(|event| event.msg.clone()).unwrap_or_default(),
    ]
}

/// The health in one word.
fn health(service: &ServiceInfo) -> &'static str {
    match &service.health {
        Some(health) if !health.unknown => {
            if health.healthy {
                "OK"
            } else {
                "Fail"
            }
        }
        _ => "?",
    }
}

/// One service with its events, the newest first.
fn whole(node: &str, service: &ServiceInfo, now: SystemTime) -> String {
    let mut table = crate::table::Table::bare();
    table.row(&["NODE", node]);
    table.row(&["ID", &service.id]);
    table.row(&["STATE", &service.state]);
    table.row(&["HEALTH", health(service)]);
    if let Some(health) = &service.health
        && !health.last_message.is_empty()
    {
        table.row(&["LAST HEALTH MESSAGE", &health.last_message]);
    }
    let events = service.events.iter().flat_map(|events| events.events.iter().rev());
    for (index, event) in events.enumerate() {
        let text = format!("[{}]: {} ({})", event.state, event.msg, ago(event.ts.as_ref(), now));
        table.row(&[if index == 0 { "EVENTS" } else { "" }, &text]);
    }
    table.render()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use api::machine::{ServiceEvent, ServiceEvents, ServiceHealth};
    use prost_types::Timestamp;

    use super::*;

    fn service() -> ServiceInfo {
        let event = |state: &str, msg: &str, seconds| ServiceEvent {
            state: state.to_owned(),
            msg: msg.to_owned(),
            ts: Some(Timestamp { seconds, nanos: 0 }),
        };
        ServiceInfo {
            id: "apid".to_owned(),
            state: "Running".to_owned(),
            events: Some(ServiceEvents {
                events: vec![event("Starting", "as asked", 0), event("Running", "healthy", 60)],
            }),
            health: Some(ServiceHealth { healthy: true, ..ServiceHealth::default() }),
        }
    }

    #[test]
    fn a_service_is_one_row() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(65);
        let expected = ["n", "apid", "Running", "OK", "5s ago", "healthy"];
        assert_eq!(row("n", &service(), now), expected);
    }

    #[test]
    fn a_bare_service_is_no_failure() {
        let bare = ServiceInfo { id: "x".to_owned(), ..ServiceInfo::default() };
        assert_eq!(row("n", &bare, SystemTime::UNIX_EPOCH), ["n", "x", "", "?", "", ""]);
    }

    #[test]
    fn the_newest_event_comes_first() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(65);
        let text = whole("n", &service(), now);
        assert_eq!(
            text,
            "NODE     n\nID       apid\nSTATE    Running\nHEALTH   OK\n\
             EVENTS   [Running]: healthy (5s ago)\n         [Starting]: as asked (1m5s ago)\n"
        );
    }
}
