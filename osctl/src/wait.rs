//! Waiting until nodes have rebooted or shut down.
//!
//! A reboot is over when the node says that it runs and is ready, under another boot id than before.
//! A shutdown is over when the task that stops all services was seen, or when a node that was
//! shutting down no longer answers. Both are told by the node's events; when the connection is lost
//! it is opened again, with all the events that the node has.

use std::time::Duration;

use api::machine::machine_status_event::MachineStage;
use api::machine::{
    Event, EventsRequest, ReadRequest, RebootRequest, ShutdownRequest, sequence_event,
};
use futures_util::future::join_all;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tonic::{Code, Streaming};

use crate::call::report;
use crate::cli::Cx;
use crate::client::{Fleet, Group, within};
use crate::event::{Payload, stage};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::progress::{Line, Progress};

/// Where the kernel tells one boot from another (proc_sys_kernel(5)).
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";
/// A boot id is a UUID and a line end; more is not read.
const MAX_BOOT_ID: usize = 64;
/// The task whose event ends a shutdown.
const LAST_TASK: &str = "stopAllServices";
/// Between two attempts to reach a node that is away.
const AGAIN: Duration = Duration::from_secs(1);
/// For one attempt to open the events of a node that may be away.
const OPEN: Duration = Duration::from_secs(20);
/// Silence after which the history of a fresh stream has been told.
const HISTORY: Duration = Duration::from_secs(2);
/// A node that was shutting down and does not answer for this long is down.
const DOWN: Duration = Duration::from_secs(10);
/// A node that shows a foreign certificate this often has come back without its configuration.
const STRANGE: u32 = 5;

/// What is asked of the nodes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Action {
    /// Restart.
    Reboot(RebootRequest),
    /// Stop.
    Shutdown(ShutdownRequest),
}

impl Action {
    fn verb(self) -> &'static str {
        match self {
            Self::Reboot(_) => "reboot",
            Self::Shutdown(_) => "shutdown",
        }
    }

    fn done(self) -> &'static str {
        match self {
            Self::Reboot(_) => "running and ready",
            Self::Shutdown(_) => "services stopped",
        }
    }

    fn method(self) -> &'static str {
        match self {
            Self::Reboot(_) => "/machine.MachineService/Reboot",
            Self::Shutdown(_) => "/machine.MachineService/Shutdown",
        }
    }
}

/// Asks every node at the same time, and waits for each.
pub(crate) async fn run(
    fleet: &Fleet,
    action: Action,
    limit: Duration,
    cx: &mut Cx,
) -> anyhow::Result<Exit> {
    let nodes = fleet.each();
    let deadline = Instant::now() + limit;
    let ends = {
        let progress = Progress::new(&mut cx.output.err);
        let one = async |group: &Group| {
            let line = progress.line(group.label());
            let mut watcher = Watcher { group, action, line };
            match timeout_at(deadline, watcher.run()).await {
                Ok(end) => end,
                Err(_late) => {
                    let text = format!("not done in {}", crate::human::span(limit));
                    Err(Fault::Unreachable(text))
                }
            }
        };
        join_all(nodes.iter().map(one)).await
    };
    let mut exit = Exit::Done;
    for (group, end) in nodes.iter().zip(ends) {
        if let Err(fault) = end {
            report(&mut cx.output, action.verb(), group.label(), &fault)?;
            exit = exit.max(fault.exit());
        }
    }
    Ok(exit)
}

/// What the events told so far.
#[derive(Debug, Default)]
struct Seen {
    /// The id under which the node does what was asked.
    actor: String,
    /// Whether this stream is from another boot than the one that was ended.
    fresh: Fresh,
    /// Whether the node said on this stream that it runs and is ready.
    ready: bool,
}

/// Whether a stream is from another boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Fresh {
    /// It is the boot that is being ended.
    #[default]
    No,
    /// The boot id was not readable, and the stream has not yet shown events of the old boot.
    Perhaps,
    /// The boot id is another one.
    Yes,
}

/// What an event means for the wait.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// Go on; there may be something to tell.
    Wait(Option<String>),
    /// It is over.
    Done,
    /// It will not happen.
    Failed(String),
}

impl Seen {
    /// Takes one event.
    fn see(&mut self, action: Action, ours: bool, payload: &Payload) -> Verdict {
        if ours && self.fresh == Fresh::Perhaps {
            // The history reaches back to what we asked for: the node has not restarted since.
            self.fresh = Fresh::No;
        }
        match payload {
            Payload::Sequence(event) if ours => {
                let failed = event.error.as_ref().filter(|error| !error.message.is_empty());
                if let Some(error) = failed {
                    return Verdict::Failed(crate::clean::clean(&error.message));
                }
                let stopped = event.action() == sequence_event::Action::Stop;
                let word = if stopped { "ends" } else { "begins" };
                Verdict::Wait(Some(format!("sequence {} {word}", event.sequence)))
            }
            Payload::Task(event) if ours => match action {
                Action::Shutdown(_) if event.task == LAST_TASK => Verdict::Done,
                _ => Verdict::Wait(Some(format!("task {}", event.task))),
            },
            Payload::Phase(event) if ours => Verdict::Wait(Some(format!("phase {}", event.phase))),
            Payload::Status(event) => {
                let ready = event.status.as_ref().is_some_and(|status| status.ready);
                self.ready = event.stage() == MachineStage::Running && ready;
                match action {
                    Action::Reboot(_) if self.ready && self.fresh == Fresh::Yes => Verdict::Done,
                    _ if event.stage() == MachineStage::Running && !ready => {
                        Verdict::Wait(Some("running, not ready".to_owned()))
                    }
                    _ => Verdict::Wait(Some(stage(event.stage()).to_owned())),
                }
            }
            _ => Verdict::Wait(None),
        }
    }

    /// The stream fell silent: is that the end?
    fn settled(&self, action: Action) -> bool {
        matches!(action, Action::Reboot(_)) && self.ready && self.fresh != Fresh::No
    }
}

/// One node on its way.
struct Watcher<'a, 'e> {
    group: &'a Group,
    action: Action,
    line: Line<'a, 'e>,
}

impl Watcher<'_, '_> {
    /// From asking to the end.
    async fn run(&mut self) -> Result<(), Fault> {
        let before = match self.boot_id().await {
            Ok(id) => Some(id),
            // Reading a file takes more rights than a reboot does.
            Err(fault) if fault.is(Code::PermissionDenied) => None,
            Err(fault) => return Err(fault),
        };
        let mut stream = self.events(0).await?;
        let mut seen = Seen { actor: self.ask().await?, ..Seen::default() };
        self.line.say("asked");
        loop {
            if self.follow(&mut stream, &mut seen).await? {
                self.line.say(self.action.done());
                return Ok(());
            }
            self.line.say("connection lost");
            match self.reopen(before.as_deref(), &mut seen).await? {
                Some(opened) => stream = opened,
                None => {
                    self.line.say("no longer answers");
                    return Ok(());
                }
            }
        }
    }

    /// Sends the request; returned is the id that the events of its sequence carry.
    async fn ask(&self) -> Result<String, Fault> {
        let (metadata, actor) = match self.action {
            Action::Reboot(request) => {
                let call = self.group.machine().reboot(within(self.group.all(request))).await;
                let answer = call.map_err(|status| self.fault(status))?.into_inner().messages.pop();
                answer.map(|answer| (answer.metadata, answer.actor_id)).unwrap_or_default()
            }
            Action::Shutdown(request) => {
                let call = self.group.machine().shutdown(within(self.group.all(request))).await;
                let answer = call.map_err(|status| self.fault(status))?.into_inner().messages.pop();
                answer.map(|answer| (answer.metadata, answer.actor_id)).unwrap_or_default()
            }
        };
        match metadata.as_ref().and_then(Fault::of_metadata) {
            Some(fault) => Err(self.group.explain(self.action.method(), fault)),
            None => Ok(actor),
        }
    }

    fn fault(&self, status: tonic::Status) -> Fault {
        self.group.fault(self.action.method(), status)
    }

    /// Opens the node's events, `tail` of them from the past, and waits for the hello.
    async fn events(&self, tail: i32) -> Result<Streaming<Event>, Fault> {
        let request = EventsRequest { tail_events: tail, ..EventsRequest::default() };
        let fault = |status| self.group.fault("/machine.MachineService/Events", status);
        let open = async {
            let call = self.group.machine().events(self.group.all(request)).await;
            let mut stream = call.map_err(fault)?.into_inner();
            let hello = stream.message().await.map_err(fault)?;
            match hello.as_ref().and_then(|hello| Fault::of_metadata(hello.metadata.as_ref()?)) {
                Some(fault) => Err(fault),
                None => Ok(stream),
            }
        };
        match timeout(OPEN, open).await {
            Ok(opened) => opened,
            Err(_late) => Err(Fault::Unreachable("no events in time".to_owned())),
        }
    }

    /// Takes events until it is over (`true`) or the stream ends (`false`).
    async fn follow(
        &mut self,
        stream: &mut Streaming<Event>,
        seen: &mut Seen,
    ) -> Result<bool, Fault> {
        loop {
            let event = match timeout(HISTORY, stream.message()).await {
                Ok(Ok(Some(event))) => event,
                Ok(Ok(None) | Err(_)) => return Ok(false),
                Err(_silence) if seen.settled(self.action) => return Ok(true),
                Err(_silence) => continue,
            };
            if event.metadata.as_ref().and_then(Fault::of_metadata).is_some() {
                return Ok(false);
            }
            let ours = !seen.actor.is_empty() && event.actor_id == seen.actor;
            let Ok(payload) = Payload::of(&event) else { continue };
            match seen.see(self.action, ours, &payload) {
                Verdict::Wait(text) => {
                    if let Some(text) = text {
                        self.line.say(&text);
                    }
                }
                Verdict::Done => return Ok(true),
                Verdict::Failed(text) => return Err(Fault::said(Code::Aborted, &text)),
            }
        }
    }

    /// Reaches the node again; `None` when it is down and that was wanted.
    async fn reopen(
        &mut self,
        before: Option<&str>,
        seen: &mut Seen,
    ) -> Result<Option<Streaming<Event>>, Fault> {
        let since = Instant::now();
        let mut strange = 0;
        loop {
            match self.try_reopen(before).await {
                Ok((stream, fresh)) => {
                    seen.fresh = fresh;
                    seen.ready = false;
                    return Ok(Some(stream));
                }
                Err(fault @ Fault::Stranger(_)) => {
                    strange += 1;
                    if strange >= STRANGE {
                        return Err(Fault::Stranger(format!("it came back changed: {fault}")));
                    }
                }
                Err(Fault::Unreachable(_)) => strange = 0,
                // It answers with a refusal while it starts: a role table not yet loaded, say.
                Err(Fault::Refused { .. }) => strange = 0,
            }
            let down = matches!(self.action, Action::Shutdown(_)) && since.elapsed() > DOWN;
            if down {
                return Ok(None);
            }
            sleep(AGAIN).await;
        }
    }

    /// One attempt: the boot id, then all events.
    async fn try_reopen(&self, before: Option<&str>) -> Result<(Streaming<Event>, Fresh), Fault> {
        let fresh = match before {
            None => Fresh::Perhaps,
            Some(before) if self.boot_id().await? == before => Fresh::No,
            Some(_) => Fresh::Yes,
        };
        Ok((self.events(-1).await?, fresh))
    }

    /// The node's boot id.
    async fn boot_id(&self) -> Result<String, Fault> {
        match timeout(OPEN, self.read_boot_id()).await {
            Ok(read) => read,
            Err(_late) => Err(Fault::Unreachable("no boot id in time".to_owned())),
        }
    }

    async fn read_boot_id(&self) -> Result<String, Fault> {
        let request = within(self.group.all(ReadRequest { path: BOOT_ID.to_owned() }));
        let method = "/machine.MachineService/Read";
        let fault = |status| self.group.fault(method, status);
        let mut stream = self.group.machine().read(request).await.map_err(fault)?.into_inner();
        let mut id = Vec::new();
        while let Some(data) = stream.message().await.map_err(fault)? {
            if let Some(fault) = data.metadata.as_ref().and_then(Fault::of_metadata) {
                return Err(self.group.explain(method, fault));
            }
            id.extend_from_slice(&data.bytes);
            if id.len() > MAX_BOOT_ID {
                return Err(Fault::said(Code::OutOfRange, "the boot id is too long"));
            }
        }
        Ok(String::from_utf8_lossy(&id).trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use api::machine::machine_status_event::MachineStatus;
    use api::machine::{MachineStatusEvent, SequenceEvent, TaskEvent};

    use super::*;

    const REBOOT: Action = Action::Reboot(RebootRequest { mode: 0 });
    const SHUTDOWN: Action = Action::Shutdown(ShutdownRequest { force: false });

    fn running(ready: bool) -> Payload {
        Payload::Status(MachineStatusEvent {
            stage: MachineStage::Running.into(),
            status: Some(MachineStatus { ready, unmet_conditions: Vec::new() }),
        })
    }

    fn task(name: &str) -> Payload {
        Payload::Task(TaskEvent { task: name.to_owned(), action: 0 })
    }

    fn seen(fresh: Fresh) -> Seen {
        Seen { fresh, ..Seen::default() }
    }

    #[test]
    fn a_reboot_ends_when_another_boot_is_ready() {
        assert_ne!(seen(Fresh::No).see(REBOOT, false, &running(true)), Verdict::Done);
        assert_ne!(seen(Fresh::Yes).see(REBOOT, false, &running(false)), Verdict::Done);
        assert_eq!(seen(Fresh::Yes).see(REBOOT, false, &running(true)), Verdict::Done);
    }

    #[test]
    fn without_a_boot_id_the_history_decides() {
        let mut old = seen(Fresh::Perhaps);
        old.see(REBOOT, false, &running(true));
        assert!(old.settled(REBOOT));
        old.see(REBOOT, true, &task("stopServices"));
        assert!(!old.settled(REBOOT));
        let mut new = seen(Fresh::Perhaps);
        assert_ne!(new.see(REBOOT, false, &running(true)), Verdict::Done);
        assert!(new.settled(REBOOT));
    }

    #[test]
    fn a_shutdown_ends_with_the_last_task_of_ours() {
        assert_ne!(seen(Fresh::No).see(SHUTDOWN, false, &task(LAST_TASK)), Verdict::Done);
        assert_ne!(seen(Fresh::No).see(SHUTDOWN, true, &task("other")), Verdict::Done);
        assert_eq!(seen(Fresh::No).see(SHUTDOWN, true, &task(LAST_TASK)), Verdict::Done);
        assert_ne!(seen(Fresh::No).see(REBOOT, true, &task(LAST_TASK)), Verdict::Done);
    }

    #[test]
    fn a_refused_sequence_is_told() {
        let sequence = |message: &str| {
            Payload::Sequence(SequenceEvent {
                sequence: "reboot".to_owned(),
                action: sequence_event::Action::Noop.into(),
                error: Some(api::common::Error {
                    message: message.to_owned(),
                    ..Default::default()
                }),
            })
        };
        let verdict = seen(Fresh::No).see(REBOOT, true, &sequence("locked"));
        assert_eq!(verdict, Verdict::Failed("locked".to_owned()));
        assert_eq!(seen(Fresh::No).see(REBOOT, false, &sequence("locked")), Verdict::Wait(None));
    }
}
