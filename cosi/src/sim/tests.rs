//! The simulator itself: what it finds, when it lets time pass, that it repeats itself.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{Calm, Fault, Faults, Flaw, Seed, Setup, Simulation};
use crate::{
    engine::{
        BoxError, Context, Controller, Declaration, QueueController, exclusive, mapped, primary,
        weak,
    },
    error::Key,
    object::Object,
    spec::Spec,
    state::State,
    testing::{Count, Note},
};

const NS: &str = Note::NAMESPACE;

/// A controller made of a function.
struct Function<F>(F);

static FUNCTION: Declaration = Declaration {
    name: "test.Function",
    inputs: &[weak::<Note>(NS)],
    outputs: &[exclusive::<Count>()],
};

impl<F: FnMut(&mut Context<'_>) -> Result<(), BoxError> + Send + 'static> Controller
    for Function<F>
{
    fn declaration(&self) -> &'static Declaration {
        &FUNCTION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        (self.0)(cx)
    }
}

/// Counts the characters of each note, one note at a time.
struct Counter(&'static Declaration);

/// Also looks at its counts, since a note can go while it does not run.
static COUNTER: Declaration = Declaration {
    name: "test.Counter",
    inputs: &[primary::<Note>(NS), mapped::<Count>(NS)],
    outputs: &[exclusive::<Count>()],
};

static FORGETFUL: Declaration = Declaration { inputs: &[primary::<Note>(NS)], ..COUNTER };

impl QueueController for Counter {
    fn declaration(&self) -> &'static Declaration {
        self.0
    }

    fn concurrency(&self) -> usize {
        2
    }

    fn reconcile(&self, cx: &mut Context<'_>, item: &Key) -> Result<(), BoxError> {
        match cx.get::<Note>(NS, &item.id)? {
            Some(note) => cx.put(NS, &item.id, Count { count: note.spec.text.len() as u64 })?,
            None => drop(cx.remove::<Count>(NS, &item.id)?),
        }
        Ok(())
    }
}

fn put(state: &State, id: &str, text: &str) {
    state.put(NS, id, "", Note::new("", text)).unwrap();
}

/// Ten changes of three notes, which survive a reboot; at quiet points each has its count.
fn counted(sim: &mut Setup) {
    let notes: Arc<Mutex<Vec<Object>>> = Arc::default();
    let kept = Arc::clone(&notes);
    sim.boot(move |state| {
        for note in notes.lock().unwrap().iter() {
            let spec = note.downcast::<Note>().unwrap().into_spec();
            state.put(NS, note.id(), "", spec).unwrap();
        }
    });
    sim.world(10, move |world| {
        let (id, length) = (["a", "b", "c"][world.pick(3)], world.pick(4));
        let state = world.state();
        match length {
            0 => drop(state.destroy(NS, Note::TYPE, id, "")),
            length => put(state, id, &"x".repeat(length)),
        }
        *kept.lock().unwrap() = state.list(NS, Note::TYPE, &crate::Selector::all());
        world.note(|| format!("{id} has {length}"));
    });
    sim.invariant("each note is counted", |state| {
        let counts = state.list_as::<Count>()?;
        let counts: Vec<_> = counts.iter().map(|c| (c.id().clone(), c.spec.count)).collect();
        let notes = state.list_as::<Note>()?;
        let length = |text: &str| text.len() as u64;
        let notes: Vec<_> = notes.iter().map(|n| (n.id().clone(), length(&n.spec.text))).collect();
        if counts == notes { Ok(()) } else { Err(format!("{counts:?}, not {notes:?}").into()) }
    });
}

/// Runs the seeds that a test of the simulator takes; `check` would heed the environment.
fn run(simulation: &Simulation) -> super::Report {
    simulation.run(0..300).unwrap_or_else(|failure| panic!("{failure}"))
}

#[test]
fn queues_converge_beside_the_store() {
    let report = run(&Simulation::new("near", |sim| {
        sim.queue(|| Counter(&COUNTER));
        counted(sim);
    }));
    // Nothing is far away, so nothing comes from there.
    assert_eq!(report.absent(), [Fault::Break, Fault::Overrun]);
    assert_eq!(report.uncrashed().count(), 0, "{report}");
}

#[test]
fn queues_converge_at_a_distance() {
    let report = run(&Simulation::new("far", |sim| {
        sim.distant_queue(|| Counter(&COUNTER));
        counted(sim);
    }));
    assert_eq!(report.absent(), []);
    assert_eq!(report.uncrashed().count(), 0, "{report}");
}

#[test]
fn a_queue_that_does_not_look_at_its_outputs_leaks_them_at_a_crash() {
    let simulation = Simulation::new("forgetful", |sim| {
        sim.queue(|| Counter(&FORGETFUL));
        counted(sim);
    });
    let failure = simulation.run(0..300).unwrap_err();
    assert!(failure.to_string().contains("CRASH"), "{failure}");
}

#[test]
fn finds_a_controller_that_forgets_with_a_crash_and_repeats_it() {
    let simulation = Simulation::new("forgets", |sim| {
        // Removes only what it remembers to have written, and so leaks what an earlier life wrote.
        sim.controller(|| {
            let mut written = std::collections::BTreeSet::new();
            Function(move |cx: &mut Context<'_>| {
                let notes = cx.list::<Note>(NS)?;
                for note in &notes {
                    written.insert(note.id().clone());
                    cx.put(NS, note.id(), Count { count: note.spec.text.len() as u64 })?;
                }
                for id in written.clone() {
                    if notes.iter().all(|note| *note.id() != id) {
                        cx.remove::<Count>(NS, &id)?;
                    }
                }
                Ok(())
            })
        });
        counted(sim);
        sim.faults(Faults::none().with(Fault::Crash));
    });
    let failure = simulation.run(0..1000).unwrap_err();
    let Flaw::Invariant { name, .. } = &failure.flaw else { panic!("{failure}") };
    assert_eq!(name, "each note is counted");
    let crashes = failure.trace.iter().filter(|line| line.contains("CRASH")).count();
    assert_eq!(crashes, 1, "{failure}");
    let steps = failure.trace.iter().filter(|line| line.contains("the world")).count();
    assert_eq!(steps, 2, "written, then taken away\n{failure}");
    let mut report = super::Report::default();
    let again = simulation.one(failure.seed, &mut report).unwrap_err();
    assert_eq!(again.to_string(), failure.to_string());
}

#[test]
fn a_seed_with_a_crash_survives_its_text() {
    for text in ["7", "7+12"] {
        let seed: Seed = text.parse().unwrap();
        assert_eq!(seed.to_string(), text);
    }
    "7+".parse::<Seed>().unwrap_err();
    "x".parse::<Seed>().unwrap_err();
}

#[test]
fn a_panic_of_its_own_is_a_flaw() {
    let flaw = Calm::start(|sim| {
        sim.controller(|| Function(|_: &mut Context<'_>| panic!("lost my mind")));
    });
    let message = "lost my mind".to_owned();
    let controller = "test.Function".to_owned();
    assert_eq!(flaw.unwrap_err(), Flaw::Panic { controller, message });
}

#[test]
fn one_that_never_succeeds_is_not_quiet() {
    let flaw = Calm::start(|sim| {
        sim.controller(|| Function(|_: &mut Context<'_>| Err("out of order".into())));
    });
    let busy = "test.Function (last error: out of order)".to_owned();
    assert_eq!(flaw.unwrap_err(), Flaw::Restless(busy));
}

/// When the controller ran, in milliseconds of virtual time.
fn ran(
    end: Duration,
    run: impl FnMut(&mut Context<'_>, usize) -> Result<(), BoxError> + Send + Clone + 'static,
) -> Vec<u64> {
    let times: Arc<Mutex<Vec<u64>>> = Arc::default();
    let noted = Arc::clone(&times);
    let mut calm = Calm::start(move |sim| {
        let (clock, noted) = (sim.clock(), Arc::clone(&noted));
        let begun = clock.now();
        let mut run = run.clone();
        let mut function = Some(Function(move |cx: &mut Context<'_>| {
            let now = clock.now();
            let seconds = u64::try_from(now.seconds() - begun.seconds())?;
            let mut times = noted.lock().unwrap();
            times.push(seconds * 1000 + u64::try_from(now.nanos() / 1_000_000)?);
            let count = times.len();
            drop(times);
            run(cx, count)
        }));
        sim.controller(move || function.take().unwrap());
    })
    .unwrap();
    calm.advance(end).unwrap();
    times.lock().unwrap().clone()
}

#[test]
fn time_passes_as_far_as_somebody_waits() {
    let begun = tokio::time::Instant::now();
    let failing =
        |_: &mut Context<'_>, count| if count < 4 { Err("not yet".into()) } else { Ok(()) };
    assert_eq!(ran(Duration::from_secs(3600), failing), [0, 100, 300, 700]);
    let polling = |cx: &mut Context<'_>, _| {
        cx.requeue_after(Duration::from_secs(20));
        Ok(())
    };
    assert_eq!(ran(Duration::from_secs(50), polling), [0, 20_000, 40_000]);
    assert!(begun.elapsed() < Duration::from_secs(60), "none of it really");
}

#[test]
fn the_outside_is_refused_unanswered_and_crashed_at() {
    let made = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&made);
    let simulation = Simulation::new("outside", move |sim| {
        let outside = sim.outside();
        let counted = Arc::clone(&counted);
        sim.controller(move || {
            let (outside, counted) = (outside.clone(), Arc::clone(&counted));
            Function(move |_: &mut Context<'_>| {
                outside.look("disk.read", || ())?;
                let change = || counted.fetch_add(1, Ordering::Relaxed);
                outside.change("disk.write", || "a block".to_owned(), change)?;
                Ok(())
            })
        });
        sim.world(5, |world| put(world.state(), "a", ["1", "2"][world.pick(2)]));
    });
    let report = run(&simulation);
    let points: Vec<_> = report.points.keys().map(ToString::to_string).collect();
    assert_eq!(points, ["test.Function: begin .. disk.write", "test.Function: disk.write .. end"]);
    for fault in [Fault::Error, Fault::Unanswered, Fault::Crash, Fault::Reboot] {
        assert!(report.faults.contains_key(&fault), "{report}");
    }
    assert!(made.load(Ordering::Relaxed) < report.reconciles, "some were refused");
}
