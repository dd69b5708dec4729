//! `Events`: the machine's events, from the kept ones on.

use std::sync::Arc;
use std::time::Duration;

use api::machine::{Event as Message, EventsRequest};
use prost_types::Any;
use tonic::Status;

use super::stream::{Answers, Sender, queue};
use crate::events::{Event, Events, Reader, Tail};

/// What stands before a message's name in the type URL; clients drop events under another one.
const TYPE_PREFIX: &str = "talos/runtime/";

/// The event that tells the machine's stage and whether it is ready.
const STATUS: &str = "machine.MachineStatusEvent";

/// How old the machine's status may be to be told to a reader that asks for no kept events.
///
/// A client that waits for a restart opens its stream anew without asking for what it missed, and
/// waits for this event. A machine is ready within a second, and the client may be later.
const RECENT: Duration = Duration::from_secs(60);

/// Starts the stream: a greeting, kept events as asked for, then what comes.
pub(super) fn events(events: &Events, request: &EventsRequest) -> Result<Answers<Message>, Status> {
    let tail = tail(request)?;
    let reader = events.follow(&tail);
    let status = (tail == Tail::None).then(|| reader.last(STATUS, RECENT)).flatten();
    let greeting = Message {
        metadata: None,
        data: Some(Any::default()),
        id: events.fresh_id().to_string(),
        actor_id: request.with_actor_id.clone(),
    };
    let (sender, answers) = queue();
    tokio::spawn(feed(reader, greeting, status, request.with_actor_id.clone(), sender));
    Ok(answers)
}

/// Which kept events are wanted; the three ways to say so exclude each other.
fn tail(request: &EventsRequest) -> Result<Tail, Status> {
    match (request.tail_events, request.tail_id.as_str(), request.tail_seconds) {
        (0, "", 0) => Ok(Tail::None),
        (count, "", 0) => Ok(usize::try_from(count).map_or(Tail::All, Tail::Count)),
        (0, id, 0) => Ok(Tail::After(id.to_owned())),
        (0, "", seconds) => {
            let seconds = u64::try_from(seconds);
            let text = "tail_seconds is negative";
            let seconds = seconds.map_err(|_negative| Status::invalid_argument(text))?;
            Ok(Tail::Since(Duration::from_secs(seconds)))
        }
        _ => Err(Status::invalid_argument(
            "tail_events, tail_id and tail_seconds exclude each other: give one",
        )),
    }
}

async fn feed(
    mut reader: Reader,
    greeting: Message,
    mut status: Option<Arc<Event>>,
    actor: String,
    sender: Sender<Message>,
) {
    if sender.send(Ok(greeting)).await.is_err() {
        return;
    }
    loop {
        let event = match status.take() {
            Some(status) => Some(status),
            None => tokio::select! {
                () = sender.closed() => return,
                event = reader.next() => event,
            },
        };
        let Some(event) = event else { return };
        let wanted = actor.is_empty() || event.actor == actor;
        if wanted && sender.send(Ok(message(&event))).await.is_err() {
            return;
        }
    }
}

fn message(event: &Event) -> Message {
    let type_url = format!("{TYPE_PREFIX}{}", event.message);
    Message {
        metadata: None,
        data: Some(Any { type_url, value: event.payload.clone() }),
        id: event.id.to_string(),
        actor_id: event.actor.clone(),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;
    use crate::xid::XidSource;

    #[tokio::test]
    async fn a_stream_greets_and_filters_by_actor() {
        let ring = Events::new(XidSource::fixed(1));
        ring.publish("machine.TaskEvent", vec![1], "me");
        ring.publish("machine.TaskEvent", vec![2], "you");
        ring.publish("machine.PhaseEvent", vec![3], "me");
        let request = EventsRequest {
            tail_events: -1,
            with_actor_id: "me".to_owned(),
            ..EventsRequest::default()
        };
        let mut answers = events(&ring, &request).expect("a stream");
        let mut urls = Vec::new();
        for _ in 0..3 {
            let event = answers.next().await.expect("an answer").expect("an event");
            assert_eq!(event.id.len(), 20);
            urls.push(event.data.expect("data").type_url);
        }
        let expected = ["", "talos/runtime/machine.TaskEvent", "talos/runtime/machine.PhaseEvent"];
        assert_eq!(urls, expected);
    }

    #[tokio::test]
    async fn a_reader_that_asks_for_nothing_hears_how_the_machine_is() {
        let ring = Events::new(XidSource::fixed(1));
        ring.publish(STATUS, vec![1], "");
        ring.publish("machine.TaskEvent", vec![2], "");
        let mut answers = events(&ring, &EventsRequest::default()).expect("a stream");
        ring.publish("machine.TaskEvent", vec![3], "");
        let mut values = Vec::new();
        for _ in 0..3 {
            let event = answers.next().await.expect("an answer").expect("an event");
            values.push(event.data.expect("data").value);
        }
        assert_eq!(values, [vec![], vec![1], vec![3]]);
    }

    #[test]
    fn the_tails_exclude_each_other() {
        let check = |tail_events, tail_id: &str, tail_seconds, expected: Option<Tail>| {
            let request = EventsRequest {
                tail_events,
                tail_id: tail_id.to_owned(),
                tail_seconds,
                ..EventsRequest::default()
            };
            assert_eq!(tail(&request).ok(), expected);
        };
        check(0, "", 0, Some(Tail::None));
        check(-1, "", 0, Some(Tail::All));
        check(5, "", 0, Some(Tail::Count(5)));
        check(0, "abc", 0, Some(Tail::After("abc".to_owned())));
        check(0, "", 9, Some(Tail::Since(Duration::from_secs(9))));
        check(5, "", 9, None);
        check(0, "", -9, None);
    }
}
