//! One suite for every runtime: beside the store, behind a socket, and behind a socket whose server is away during each change.
//!
//! Each case is named for what it pins; docs/reference/store-and-engine.md lists them. What needs a clock of its own is in `tests.rs`.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    Controller, Declaration, exclusive,
    rig::{Distance, NS, Rig, function},
    strong, weak,
};
use crate::{
    object::Resource,
    testing::{Count, Note},
};

/// Runs the case at a distance.
fn at<F: Future<Output = ()>>(distance: Distance, case: impl FnOnce(Rig) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { case(Rig::new(distance)).await });
}

/// Each case as three tests, one at each distance.
macro_rules! suite {
    ($(async fn $name:ident($rig:ident: Rig) $body:block)+) => {
        $(async fn $name($rig: Rig) $body)+
        mod near {
            use crate::engine::{conformance::at, rig::Distance};
            $(#[test] fn $name() { at(Distance::Near, super::$name); })+
        }
        mod far {
            use crate::engine::{conformance::at, rig::Distance};
            $(#[test] fn $name() { at(Distance::Far, super::$name); })+
        }
        mod broken {
            use crate::engine::{conformance::at, rig::Distance};
            $(#[test] fn $name() { at(Distance::Broken, super::$name); })+
        }
    };
}

mod inputs;
mod outputs;
mod queues;
mod running;

/// Another namespace of notes.
const OTHER: &str = "other";

const COUNTER: Declaration = Declaration {
    name: "test.Counter",
    inputs: &[weak::<Note>(NS)],
    outputs: &[exclusive::<Count>()],
};

/// One count per note: the length of its text. Notes without text have none.
fn counter() -> Box<dyn Controller> {
    function(&COUNTER, |cx| {
        let notes = cx.list::<Note>(NS)?;
        let notes = notes.iter().filter(|note| !note.spec.text.is_empty());
        let counts = notes.map(|n| (n.id().clone(), length(n)));
        Ok(cx.converge(NS, counts)?)
    })
}

fn length(note: &Resource<Note>) -> Count {
    Count { count: note.spec.text.len() as u64 }
}

/// Holds counts while they run, and lets them go when they are torn down and `may_release` says so.
fn holder(may_release: &Arc<AtomicBool>) -> Box<dyn Controller> {
    const HOLDER: Declaration = Declaration {
        name: "test.Holder",
        inputs: &[strong::<Count>(NS), weak::<Note>(NS)],
        outputs: &[],
    };
    let may_release = Arc::clone(may_release);
    function(&HOLDER, move |cx| {
        for count in cx.list::<Count>(NS)? {
            if !count.metadata.is_tearing_down() {
                cx.add_finalizer::<Count>(NS, count.id())?;
            } else if may_release.load(Ordering::SeqCst) {
                cx.remove_finalizer::<Count>(NS, count.id())?;
            }
        }
        Ok(())
    })
}

fn held(rig: &Rig, id: &str, by: &str) -> bool {
    let count = rig.state.get_as::<Count>(id).unwrap();
    count.is_some_and(|count| count.metadata.has_finalizer(by))
}

fn note_held(rig: &Rig, id: &str) -> bool {
    rig.note(id).is_some_and(|note| !note.metadata().finalizers().is_empty())
}
