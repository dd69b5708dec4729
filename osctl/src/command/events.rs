//! `osctl events`: what happens on a node, as it happens.

use std::io::Write as _;
use std::time::Duration;

use api::machine::{Event, EventsRequest};
use prost_reflect::{DescriptorPool, DynamicMessage};
use serde_json::json;

use crate::call::follow;
use crate::clean::clean;
use crate::cli::Cx;
use crate::client::{Fleet, Group};
use crate::event::{Payload, name};
use crate::exit::Exit;
use crate::output::{Format, Output, document};

/// Print events as they happen, after those of the past that are asked for
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl events -n 10.0.0.2\n  \
    osctl events -n 10.0.0.2 --tail -1            all that the node still has, then what is new\n  \
    osctl events -n 10.0.0.2 --duration 10m -o json\n\n\
    It goes on until it is interrupted.")]
pub(crate) struct Args {
    /// How many past events to begin with; -1 for all
    #[arg(
        long,
        value_name = "EVENTS",
        default_value_t = 0,
        allow_negative_numbers = true,
        hide_default_value = true
    )]
    tail: i32,
    /// Begin with the events of this time until now
    #[arg(long, value_name = "DURATION", value_parser = crate::duration::parse, conflicts_with_all = ["tail", "since"])]
    duration: Option<Duration>,
    /// Begin with what came after this event
    #[arg(long, value_name = "ID", conflicts_with = "tail")]
    since: Option<String>,
    /// Only the events of this actor
    #[arg(long, value_name = "ID")]
    actor_id: Option<String>,
    /// The form of the output
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

impl Args {
    /// The request.
    fn request(&self) -> EventsRequest {
        let seconds = self.duration.unwrap_or_default().as_secs();
        EventsRequest {
            tail_events: self.tail,
            tail_id: self.since.clone().unwrap_or_default(),
            tail_seconds: i32::try_from(seconds).unwrap_or(i32::MAX),
            with_actor_id: self.actor_id.clone().unwrap_or_default(),
        }
    }
}

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let fleet = Fleet::new(&cx.global)?;
    let call = async |group: Group| group.machine().events(group.all(args.request())).await;
    let pool = DescriptorPool::decode(api::DESCRIPTOR)?;
    if args.output == Format::Table {
        writeln!(cx.output.out, "{}", line(["NODE", "ID", "EVENT", "ACTOR", "SOURCE", "MESSAGE"]))?;
        cx.output.out.flush()?;
    }
    let verb = ("events", "/machine.MachineService/Events");
    let exit = follow(&fleet, verb, &mut cx.output, call, |output, node, event| {
        print(args.output, &pool, output, node, &event)
    });
    exit.await
}

/// Prints one event.
fn print(
    format: Format,
    pool: &DescriptorPool,
    output: &mut Output,
    node: &str,
    event: &Event,
) -> anyhow::Result<()> {
    let payload = Payload::of(event)?;
    if payload == Payload::Hello {
        return Ok(());
    }
    let url = event.data.as_ref().map_or("", |data| data.type_url.as_str());
    if format == Format::Table {
        let (source, message) = payload.describe();
        let kind = name(url).rsplit('.').next().unwrap_or_default();
        let cells = [node, &event.id, kind, &event.actor_id, &source, &message];
        writeln!(output.out, "{}", line(cells))?;
    } else {
        let value = json!({
            "node": node,
            "id": event.id,
            "actorId": event.actor_id,
            "event": name(url),
            "data": data(pool, event),
        });
        document(output, format, &value)?;
    }
    output.out.flush()?;
    Ok(())
}

/// What the event carries, as a value; nothing when its kind is unknown.
fn data(pool: &DescriptorPool, event: &Event) -> serde_json::Value {
    let dynamic = event.data.as_ref().and_then(|data| {
        let descriptor = pool.get_message_by_name(name(&data.type_url))?;
        DynamicMessage::decode(descriptor, data.value.as_slice()).ok()
    });
    let options = prost_reflect::SerializeOptions::new().skip_default_fields(false);
    let value = |message: DynamicMessage| {
        message.serialize_with_options(serde_json::value::Serializer, &options).ok()
    };
    dynamic.and_then(value).unwrap_or_default()
}

/// One row. The widths are fixed because rows come one by one: an address, an id (20 characters),
/// the longest kind, a UUID or nothing, the longest task.
fn line(cells: [&str; 6]) -> String {
    let [node, id, kind, actor, source, message] = cells.map(clean);
    let row =
        format!("{node:<13}   {id:<20}   {kind:<18}   {actor:<36}   {source:<24}   {message}");
    row.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::output::tests::sinks;

    fn event() -> Event {
        let task = api::machine::TaskEvent { task: "stopAllServices".to_owned(), action: 1 };
        Event {
            data: Some(prost_types::Any {
                type_url: "talos/runtime/machine.TaskEvent".to_owned(),
                value: task.encode_to_vec(),
            }),
            id: "d1".to_owned(),
            actor_id: "a".to_owned(),
            metadata: None,
        }
    }

    #[test]
    fn an_event_is_printed_in_each_form() {
        let pool = DescriptorPool::decode(api::DESCRIPTOR).expect("the descriptor is ours");
        let check = |format, parts: &[&str]| {
            let (mut output, out, _) = sinks();
            print(format, &pool, &mut output, "n", &event()).expect("printed");
            for part in parts {
                assert!(out.text().contains(part), "{part} in {}", out.text());
            }
        };
        check(Format::Table, &["n    ", "d1 ", "TaskEvent ", "stopAllServices ", "stop\n"]);
        check(Format::Json, &["\"event\": \"machine.TaskEvent\"", "\"action\": \"STOP\""]);
        check(Format::Yaml, &["event: machine.TaskEvent\n", "    task: stopAllServices\n"]);
    }

    #[test]
    fn the_hello_is_not_printed() {
        let pool = DescriptorPool::decode(api::DESCRIPTOR).expect("the descriptor is ours");
        let (mut output, out, _) = sinks();
        print(Format::Table, &pool, &mut output, "n", &Event::default()).expect("printed");
        assert_eq!(out.text(), "");
    }
}
