//! `reboot` and `shutdown`, which wait: a node that goes away and comes back.

use api::common::{Data, Metadata};
use api::machine::machine_status_event::{MachineStage, MachineStatus};
use api::machine::{
    Event, EventsRequest, MachineStatusEvent, Reboot, RebootResponse, SequenceEvent, Shutdown,
    ShutdownResponse, TaskEvent,
};
use prost::Message;

use crate::fake::run::Client;
use crate::fake::{Call, Door, Fake, Reply, Scripts};

const READ: &str = "/machine.MachineService/Read";
const EVENTS: &str = "/machine.MachineService/Events";
const REBOOT: &str = "/machine.MachineService/Reboot";
const SHUTDOWN: &str = "/machine.MachineService/Shutdown";
const ACTOR: &str = "7f9c24e8-3b12-4fef-91e0-58a2d1b0c111";

fn of(node: &str) -> Option<Metadata> {
    Some(Metadata { hostname: node.to_owned(), ..Metadata::default() })
}

/// An event of the node, of our sequence or not.
fn event(name: &str, value: &impl Message, ours: bool) -> Event {
    Event {
        metadata: of("a"),
        data: Some(prost_types::Any {
            type_url: format!("talos/runtime/machine.{name}"),
            value: value.encode_to_vec(),
        }),
        id: "d4kq2u5vpe8g00a1b2c0".to_owned(),
        actor_id: if ours { ACTOR.to_owned() } else { String::new() },
    }
}

fn hello() -> Event {
    Event { metadata: of("a"), ..Event::default() }
}

fn sequence(action: i32, error: &str) -> Event {
    let error = (!error.is_empty())
        .then(|| api::common::Error { message: error.to_owned(), ..Default::default() });
    event("SequenceEvent", &SequenceEvent { sequence: "reboot".to_owned(), action, error }, true)
}

fn task(name: &str) -> Event {
    event("TaskEvent", &TaskEvent { task: name.to_owned(), action: 0 }, true)
}

fn status(stage: MachineStage, ready: bool) -> Event {
    let status = Some(MachineStatus { ready, unmet_conditions: Vec::new() });
    event("MachineStatusEvent", &MachineStatusEvent { stage: stage.into(), status }, false)
}

fn reboots(scripts: Scripts) -> Scripts {
    scripts
        .on(REBOOT, |_| {
            let reboot = Reboot { metadata: of("a"), actor_id: ACTOR.to_owned() };
            Reply::one(&RebootResponse { messages: vec![reboot] })
        })
        .on(SHUTDOWN, |_| {
            let shutdown = Shutdown { metadata: of("a"), actor_id: ACTOR.to_owned() };
            Reply::one(&ShutdownResponse { messages: vec![shutdown] })
        })
}

/// A boot id that changes after the given number of reads.
fn boot_id(changes_after: usize) -> impl Fn(&Call) -> Reply {
    move |call| {
        let id = if call.earlier < changes_after { "old\n" } else { "new\n" };
        Reply::one(&Data { metadata: of("a"), bytes: id.as_bytes().to_vec().into() })
    }
}

/// Runs the client against a node with these answers.
fn run(scripts: Scripts, roles: &[&str], args: &[&str], golden: &str) -> Fake {
    let fake = Fake::start(Door::Mutual, reboots(scripts));
    let client = Client::of(&fake, roles, &["a"]);
    client.run(args).golden(golden);
    fake
}

#[test]
fn a_reboot_is_followed_to_the_other_boot() {
    let scripts = Scripts::default().on(READ, boot_id(2)).on(EVENTS, |call| match call.earlier {
        0 => Reply::many(&[hello(), sequence(1, ""), task("stopServices")]).cut(),
        // The front door is back, the machine has not gone yet: its old readiness does not count.
        1 => Reply::many(&[hello(), status(MachineStage::Running, true)]).cut(),
        _ => Reply::many(&[
            hello(),
            status(MachineStage::Booting, false),
            status(MachineStage::Running, false),
            status(MachineStage::Running, true),
        ])
        .forever(),
    });
    let fake = run(scripts, &["os:admin"], &["reboot"], "wait/reboot");
    let tails: Vec<i32> =
        fake.calls_of(EVENTS).iter().map(|call| call.read::<EventsRequest>().tail_events).collect();
    assert_eq!(tails, [0, -1, -1]);
}

#[test]
fn an_operator_may_not_read_the_boot_id_and_still_waits() {
    let scripts = Scripts::default().on(READ, |_| Reply::no(7, "not authorized")).on(
        EVENTS,
        |call| match call.earlier {
            0 => Reply::many(&[hello(), sequence(1, "")]).cut(),
            1 => {
                Reply::many(&[hello(), status(MachineStage::Running, true), sequence(1, "")]).cut()
            }
            _ => Reply::many(&[hello(), status(MachineStage::Running, true)]).forever(),
        },
    );
    run(scripts, &["os:operator"], &["reboot"], "wait/reboot-operator");
}

#[test]
fn a_refused_reboot_ends_at_once() {
    let scripts = Scripts::default().on(READ, boot_id(9)).on(EVENTS, |_| {
        Reply::many(&[hello(), sequence(0, "another sequence is running")]).forever()
    });
    run(scripts, &["os:admin"], &["reboot"], "wait/reboot-locked");
    let scripts =
        Scripts::default().on(READ, boot_id(9)).on(EVENTS, |_| Reply::one(&hello()).forever());
    let fake = Fake::start(
        Door::Mutual,
        scripts.on(REBOOT, |_| Reply::no(9, "method is not supported in container mode")),
    );
    let client = Client::of(&fake, &["os:admin"], &["a"]);
    client.run(&["reboot"]).golden("wait/reboot-container");
}

#[test]
fn a_wait_has_an_end() {
    let scripts =
        Scripts::default().on(READ, boot_id(9)).on(EVENTS, |_| Reply::one(&hello()).forever());
    run(scripts, &["os:admin"], &["reboot", "--timeout", "1s"], "wait/reboot-late");
}

#[test]
fn without_waiting_nothing_else_is_asked() {
    let fake =
        run(Scripts::default(), &["os:admin"], &["reboot", "--wait=false"], "wait/reboot-no-wait");
    assert_eq!(fake.calls().len(), 1);
}

#[test]
fn a_shutdown_ends_with_the_last_task() {
    let scripts = Scripts::default().on(READ, boot_id(9)).on(EVENTS, |_| {
        Reply::many(&[hello(), task("cleanupWork"), task("stopAllServices")]).forever()
    });
    run(scripts, &["os:admin"], &["shutdown"], "wait/shutdown");
}
