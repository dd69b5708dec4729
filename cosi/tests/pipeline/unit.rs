//! The pipeline's unit tests: one thing at a time, undisturbed. Planted bugs pass them.

use cosi::{Spec, sim::Calm};

use crate::{
    Bug, Outer, build,
    kernel::{OWN, Table},
    resources::{Address, Line, NS},
};

/// A unit test, of the pipeline with or without a bug.
pub(crate) type Case = fn(Option<Bug>);

pub(crate) const CASES: [(&str, Case); 6] = [
    ("adds", adds_what_is_asked_for),
    ("changes", changes_in_place),
    ("layers", the_highest_layer_wins),
    ("removes", removes_and_leaves_nothing),
    ("link", follows_the_link),
    ("operators", operators_add_up),
];

struct Rig {
    calm: Calm,
    outer: Outer,
}

impl Rig {
    fn new(bug: Option<Bug>) -> Self {
        let (sender, receiver) = std::sync::mpsc::channel();
        let calm = Calm::start(move |sim| sender.send(build(sim, bug, &[])).unwrap()).unwrap();
        Self { calm, outer: receiver.recv().unwrap() }
    }

    fn edit(&mut self, who: usize, line: (&str, u32, u32)) {
        self.outer.desk.edit(who, &self.calm.state(), line);
        self.calm.settle().unwrap();
    }

    fn flip_link(&mut self) {
        self.outer.kernel.flip_link();
        self.calm.settle().unwrap();
    }

    #[track_caller]
    fn has(&self, addresses: &[(&str, u32)]) {
        let own = (OWN, 64);
        let wanted: Table =
            addresses.iter().chain([&own]).map(|(a, prefix)| ((*a).to_owned(), *prefix)).collect();
        assert_eq!(self.outer.kernel.table(), Some(wanted));
    }
}

fn adds_what_is_asked_for(bug: Option<Bug>) {
    let mut rig = Rig::new(bug);
    rig.has(&[]);
    rig.edit(0, ("10.0.0.1", 0, 24));
    rig.edit(0, ("10.0.0.2", 0, 16));
    rig.has(&[("10.0.0.1", 24), ("10.0.0.2", 16)]);
    let address = rig.calm.state().get_as::<Address>("10.0.0.1").unwrap().unwrap();
    assert_eq!(address.metadata.finalizers(), ["example.Apply"]);
}

fn changes_in_place(bug: Option<Bug>) {
    let mut rig = Rig::new(bug);
    rig.edit(0, ("10.0.0.1", 0, 24));
    rig.edit(0, ("10.0.0.1", 0, 16));
    rig.has(&[("10.0.0.1", 16)]);
}

fn the_highest_layer_wins(bug: Option<Bug>) {
    let mut rig = Rig::new(bug);
    rig.edit(0, ("10.0.0.1", 1, 24));
    rig.edit(0, ("10.0.0.1", 0, 16));
    rig.has(&[("10.0.0.1", 24)]);
    rig.edit(0, ("10.0.0.1", 1, 0));
    rig.has(&[("10.0.0.1", 16)]);
}

fn removes_and_leaves_nothing(bug: Option<Bug>) {
    let mut rig = Rig::new(bug);
    rig.edit(0, ("10.0.0.1", 0, 24));
    rig.edit(0, ("10.0.0.2", 0, 24));
    rig.edit(0, ("10.0.0.1", 0, 0));
    rig.has(&[("10.0.0.2", 24)]);
    rig.edit(0, ("10.0.0.2", 0, 0));
    rig.has(&[]);
    let state = rig.calm.state();
    for kind in [Line::TYPE, Address::TYPE] {
        assert_eq!(state.list(NS, kind, &cosi::Selector::all()), []);
    }
}

fn follows_the_link(bug: Option<Bug>) {
    let mut rig = Rig::new(bug);
    rig.edit(0, ("10.0.0.1", 0, 24));
    for _ in 0..3 {
        rig.flip_link();
        assert_eq!(rig.outer.kernel.table(), None);
        rig.flip_link();
        rig.has(&[("10.0.0.1", 24)]);
    }
}

fn operators_add_up(bug: Option<Bug>) {
    let mut rig = Rig::new(bug);
    rig.edit(0, ("10.0.0.1", 0, 24));
    rig.edit(1, ("10.0.0.2", 0, 24));
    rig.edit(0, ("10.0.0.3", 0, 24));
    rig.has(&[("10.0.0.1", 24), ("10.0.0.2", 24), ("10.0.0.3", 24)]);
}

#[test]
fn unit_tests() {
    for (name, case) in CASES {
        println!("{name}");
        case(None);
    }
}
