//! The controllers of the book's chapter "How a controller works", compiled and run.
//!
//! The chapter shows pieces of these files, so they are written to be read.

#![expect(clippy::unwrap_used, reason = "tests")]

mod distance;
mod lamp_config;
mod lamp_spec;
mod panel;
mod types;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cosi::sim::{Calm, Fault, Faults, Setup, Simulation};
use cosi::{Runtime, Spec as _, State, SystemClock};

use self::lamp_config::LampConfig;
use self::lamp_spec::LampSpecController;
use self::panel::Panel;
use self::types::{HOUSE, LampSpec, Wish};

fn wish(state: &State, id: &str, lamp: &str, brightness: u32) {
    state.put(HOUSE, id, "", Wish { lamp: lamp.to_owned(), brightness }).unwrap();
}

fn lamps(state: &State) -> Vec<(String, u32)> {
    let lamps = state.list_as::<LampSpec>().unwrap();
    lamps.iter().map(|lamp| (lamp.id().to_string(), lamp.spec.brightness)).collect()
}

// ANCHOR: run
#[tokio::test]
async fn a_controller_beside_its_store() {
    let state = State::new(Arc::new(SystemClock));
    state.register::<Wish>();
    state.register::<LampSpec>();
    let mut runtime = Runtime::local(state.clone());
    runtime.register(Box::new(LampConfig)).unwrap();
    let monitor = runtime.monitor();
    tokio::spawn(runtime.run(std::future::pending()));

    wish(&state, "ann/desk", "desk", 30);
    wish(&state, "ben/desk", "desk", 80);
    while lamps(&state) != [("desk".to_owned(), 80)] || !monitor.is_quiet() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    state.destroy(HOUSE, Wish::TYPE, "ben/desk", "").unwrap();
    while lamps(&state) != [("desk".to_owned(), 30)] {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(monitor.metrics()["house.LampConfig"].failures, 0);
}
// ANCHOR_END: run

// ANCHOR: setup
/// Both controllers, and a panel for them.
fn house(sim: &mut Setup) -> Panel {
    let panel = Panel::new(sim.outside());
    let wire = panel.clone();
    sim.controller(|| LampConfig);
    sim.controller(move || LampSpecController::new(wire.clone()));
    panel
}
// ANCHOR_END: setup

// ANCHOR: calm
#[test]
fn a_lamp_goes_off_before_its_spec_goes() {
    let panel = Rc::new(RefCell::new(None));
    let made = Rc::clone(&panel);
    let mut calm = Calm::start(move |sim| drop(made.replace(Some(house(sim))))).unwrap();
    let panel = panel.take().unwrap();
    let state = calm.state();

    wish(&state, "ann/desk", "desk", 30);
    calm.settle().unwrap();
    assert_eq!(panel.now(), [("desk".to_owned(), 30)].into());
    let spec = state.get_as::<LampSpec>("desk").unwrap().unwrap();
    assert_eq!(spec.metadata.finalizers(), ["house.LampSpec"]);

    state.destroy(HOUSE, Wish::TYPE, "ann/desk", "").unwrap();
    calm.settle().unwrap();
    assert!(panel.now().is_empty());
    assert!(lamps(&state).is_empty());
}
// ANCHOR_END: calm

// ANCHOR: simulation
#[test]
fn the_panel_shows_what_people_wish_whatever_happens() {
    let simulation = Simulation::new("the_panel_shows_what_people_wish_whatever_happens", |sim| {
        let panel = house(sim);
        // People change their minds ten times.
        sim.world(10, |world| {
            let id = ["ann/desk", "ben/desk", "ben/door"][world.pick(3)];
            let lamp = &id["ann/".len()..];
            match world.pick(4) {
                0 => drop(world.state().destroy(HOUSE, Wish::TYPE, id, "")),
                level => wish(world.state(), id, lamp, u32::try_from(level).unwrap() * 30),
            }
        });
        // Whenever nobody has anything left to do, each lamp is as bright as the brightest wish.
        sim.invariant("the panel shows the wishes", move |state| {
            let mut expected = std::collections::BTreeMap::new();
            for wish in state.list_as::<Wish>()? {
                let lamp: &mut u32 = expected.entry(wish.spec.lamp.clone()).or_default();
                *lamp = wish.spec.brightness.max(*lamp);
            }
            let shown = panel.now();
            if shown == expected {
                Ok(())
            } else {
                Err(format!("{shown:?}, not {expected:?}").into())
            }
        });
        // A reboot would lose the wishes, which nothing here restores.
        sim.faults(Faults::all().without(Fault::Reboot));
    });
    let report = simulation.seeds(200).check();
    assert!(report.faults[&Fault::Crash] > 0);
}
// ANCHOR_END: simulation
