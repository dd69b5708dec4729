//! The store's core under loom: small cases, in every order in which their threads can take their steps.
//!
//! `cargo test -p cosi --features loom --lib orders` runs them; other tests do not run with that feature.

use std::sync::Arc;

use loom::{
    future::block_on,
    model::Builder,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use crate::{
    collection::Interest,
    error::Error,
    metadata::Phase,
    object::Object,
    selector::Selector,
    signal::Signal,
    spec::Spec,
    state::{State, UpdateOptions},
    testing::Note,
    time::ManualClock,
    watch::{Change, Watch, WatchRequest},
};

const NS: &str = Note::NAMESPACE;

/// Switches from a thread that could go on, unless `LOOM_MAX_PREEMPTIONS` says otherwise: two show nearly every kind of
/// race in a second, each more takes ten times as long.
const PREEMPTIONS: usize = 2;

/// Runs `case` in every order. A thread that waits for what never comes is an error.
fn every_order(case: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(Some(PREEMPTIONS));
    // A store registers its own types when it is made, which alone is hundreds of steps.
    builder.max_branches = 20_000;
    builder.check(case);
}

fn store() -> State {
    State::new(Arc::new(ManualClock::default()))
}

fn note(id: &str, text: &str) -> Object {
    Object::new(NS, id, Note::new("", text))
}

fn text(object: &Object) -> String {
    object.downcast::<Note>().unwrap().spec.text.clone()
}

/// Takes what the watch tells until `enough`.
fn follow(watch: &mut Watch, enough: impl Fn(&[Change]) -> bool) -> Vec<Change> {
    let mut changes = Vec::new();
    while !enough(&changes) {
        let events = block_on(watch.next()).unwrap();
        changes.extend(events.into_iter().map(|event| event.change));
    }
    changes
}

#[test]
fn a_waiter_sees_what_was_done_before_each_wakeup() {
    every_order(|| {
        let signal = Arc::new(Signal::default());
        // Only the signal orders what they say.
        let done = Arc::new([AtomicBool::new(false), AtomicBool::new(false)]);
        let setters: Vec<_> = (0..2)
            .map(|index| {
                let (signal, done) = (Arc::clone(&signal), Arc::clone(&done));
                thread::spawn(move || {
                    done[index].store(true, Ordering::Relaxed);
                    signal.set();
                })
            })
            .collect();
        loop {
            signal.take();
            if done.iter().all(|done| done.load(Ordering::Relaxed)) {
                break;
            }
            block_on(signal.ready());
        }
        setters.into_iter().for_each(|setter| setter.join().unwrap());
    });
}

#[test]
fn only_one_of_two_creates_succeeds() {
    every_order(|| {
        let state = store();
        let other = state.clone();
        let thread = thread::spawn(move || other.create(note("a", "theirs"), "").is_ok());
        let ours = state.create(note("a", "ours"), "").is_ok();
        let theirs = thread.join().unwrap();
        assert_ne!(ours, theirs);
        let stored = state.get(NS, Note::TYPE, "a").unwrap();
        assert_eq!(text(&stored), if ours { "ours" } else { "theirs" });
    });
}

#[test]
fn the_first_resources_of_a_kind_meet_in_one_collection() {
    every_order(|| {
        let state = store();
        let other = state.clone();
        let thread = thread::spawn(move || drop(other.create(note("a", ""), "").unwrap()));
        state.create(note("b", ""), "").unwrap();
        thread.join().unwrap();
        assert_eq!(state.list(NS, Note::TYPE, &Selector::all()).len(), 2);
    });
}

#[test]
fn only_one_of_two_updates_of_a_version_succeeds() {
    every_order(|| {
        let state = store();
        let read = state.create(note("a", ""), "").unwrap();
        let update = |state: &State, read: &Object, text: &str| {
            let mut new = note("a", text);
            new.edit().set_version(read.metadata().version());
            state.update(new, &UpdateOptions::owner(""))
        };
        let (other, theirs) = (state.clone(), read.clone());
        let thread = thread::spawn(move || update(&other, &theirs, "theirs"));
        let results = [update(&state, &read, "ours"), thread.join().unwrap()];
        let refused = |r: &&Result<Object, Error>| matches!(r, Err(Error::VersionConflict { .. }));
        assert_eq!(results.iter().filter(refused).count(), 1, "{results:?}");
        let stored = state.get(NS, Note::TYPE, "a").unwrap();
        assert_eq!(stored.metadata().version(), read.metadata().version().next());
    });
}

#[test]
fn who_subscribes_and_then_looks_misses_nothing() {
    every_order(|| {
        let state = store();
        let other = state.clone();
        let thread = thread::spawn(move || drop(other.create(note("a", ""), "").unwrap()));
        let signal = Arc::new(Signal::default());
        let _subscription = state.subscribe(NS, Note::TYPE, Interest::All, &signal);
        while state.get(NS, Note::TYPE, "a").is_none() {
            block_on(signal.ready());
            signal.take();
        }
        thread.join().unwrap();
    });
}

#[test]
fn who_unsubscribes_takes_no_wakeup_from_another() {
    every_order(|| {
        let state = store();
        let (leaving, staying) = (Arc::new(Signal::default()), Arc::new(Signal::default()));
        let first = state.subscribe(NS, Note::TYPE, Interest::All, &leaving);
        let _second = state.subscribe(NS, Note::TYPE, Interest::All, &staying);
        let other = state.clone();
        let thread = thread::spawn(move || drop(other.create(note("a", ""), "").unwrap()));
        drop(first);
        block_on(staying.ready());
        thread.join().unwrap();
    });
}

#[test]
fn a_watch_tells_each_change_once_whether_it_came_before_or_after() {
    every_order(|| {
        let state = store();
        let other = state.clone();
        let thread = thread::spawn(move || {
            other.create(note("a", "1"), "").unwrap();
            other.put(NS, "a", "", Note::new("", "2")).unwrap();
        });
        let mut watch = state.watch(WatchRequest::of::<Note>().contents()).unwrap();
        let last = |changes: &[Change]| {
            changes.iter().filter_map(Change::object).any(|object| text(object) == "2")
        };
        let bootstrapped = |changes: &[Change]| changes.contains(&Change::Bootstrapped);
        let changes = follow(&mut watch, |changes| last(changes) && bootstrapped(changes));
        let versions: Vec<_> = changes.iter().filter_map(Change::object).map(text).collect();
        let created = changes.iter().filter(|c| matches!(c, Change::Created(_))).count();
        assert!(versions == ["1", "2"] || versions == ["2"], "{versions:?}");
        assert_eq!(created, 1);
        thread.join().unwrap();
        assert_eq!(watch.take(), Some(Vec::new()), "and nothing twice");
    });
}

#[test]
fn two_writers_are_told_in_the_order_of_versions() {
    every_order(|| {
        let state = store();
        state.create(note("a", "0"), "").unwrap();
        let mut watch = state.watch(WatchRequest::of::<Note>()).unwrap();
        let other = state.clone();
        let put = |state: &State, text| drop(state.put(NS, "a", "", Note::new("", text)).unwrap());
        let thread = thread::spawn(move || put(&other, "1"));
        put(&state, "2");
        let changes = follow(&mut watch, |changes| changes.len() == 2);
        thread.join().unwrap();
        let versions: Vec<_> = changes
            .iter()
            .filter_map(Change::object)
            .map(|object| object.metadata().version().to_string())
            .collect();
        assert_eq!(versions, ["2", "3"]);
    });
}

#[test]
fn what_somebody_holds_is_not_destroyed() {
    every_order(|| {
        let state = store();
        state.create(note("a", ""), "").unwrap();
        let other = state.clone();
        let thread = thread::spawn(move || other.add_finalizer(NS, Note::TYPE, "a", "holder"));
        let ready = state.teardown(NS, Note::TYPE, "a", "").unwrap();
        let destroyed = state.destroy(NS, Note::TYPE, "a", "");
        let held = thread.join().unwrap();
        // Either the holder was first, or it came too late and was told so.
        assert_eq!(held.is_ok(), !ready);
        assert_eq!(destroyed.is_ok(), ready);
        match state.get(NS, Note::TYPE, "a") {
            Some(object) => {
                assert_eq!(object.metadata().phase(), Phase::TearingDown);
                assert!(object.metadata().has_finalizer("holder"));
            }
            None => assert!(ready),
        }
    });
}

#[test]
fn the_owner_is_woken_when_the_last_holder_lets_go() {
    every_order(|| {
        let state = store();
        state.create(note("a", ""), "").unwrap();
        state.add_finalizer(NS, Note::TYPE, "a", "one").unwrap();
        state.add_finalizer(NS, Note::TYPE, "a", "two").unwrap();
        state.teardown(NS, Note::TYPE, "a", "").unwrap();
        let signal = Arc::new(Signal::default());
        let interest = Interest::DestroyReady { id: None, owner: None };
        let _subscription = state.subscribe(NS, Note::TYPE, interest, &signal);
        let other = state.clone();
        let thread = thread::spawn(move || {
            other.remove_finalizer(NS, Note::TYPE, "a", "one").unwrap();
        });
        state.remove_finalizer(NS, Note::TYPE, "a", "two").unwrap();
        block_on(signal.ready());
        state.destroy(NS, Note::TYPE, "a", "").unwrap();
        thread.join().unwrap();
    });
}
