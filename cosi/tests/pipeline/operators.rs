//! Two operators who edit one document, each in two steps with time between: read, then write what was read and changed.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use cosi::{Error, Object, Resource, State, UpdateOptions, sim::World};

use crate::{
    Bug,
    resources::{Document, Line, NS},
};

/// The document's id.
const NODE: &str = "node";

/// The addresses that operators know of.
const ADDRESSES: [&str; 3] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];

/// Prefixes; none removes the line.
const PREFIXES: [u32; 3] = [0, 24, 16];

/// The operators, and what they know to be accepted.
#[derive(Clone)]
pub(crate) struct Desk {
    bug: Option<Bug>,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    operators: [Operator; 2],
    /// The lines that all accepted edits together make, by layer and address.
    accepted: BTreeMap<(u32, String), u32>,
}

#[derive(Default)]
struct Operator {
    edit: Option<Line>,
    /// The document as it was when the operator looked.
    read: Option<Resource<Document>>,
}

impl Desk {
    pub(crate) fn new(bug: Option<Bug>, accepted: &[Line]) -> Self {
        let accepted =
            accepted.iter().map(|line| ((line.layer, line.address.clone()), line.prefix));
        let inner = Inner { operators: Default::default(), accepted: accepted.collect() };
        Self { bug, inner: Arc::new(Mutex::new(inner)) }
    }

    /// Puts what was accepted into a new store. Whoever was about to edit has to look again.
    pub(crate) fn restore(&self, state: &State) {
        let mut inner = self.inner.lock().unwrap();
        inner.operators.iter_mut().for_each(|operator| operator.read = None);
        state.put(NS, NODE, "", Document { lines: lines(&inner.accepted) }).unwrap();
    }

    /// The lines that all accepted edits together make.
    pub(crate) fn accepted(&self) -> Vec<Line> {
        lines(&self.inner.lock().unwrap().accepted)
    }

    /// One operator takes one step.
    pub(crate) fn step(&self, world: &World<'_>) {
        let who = world.pick(2);
        let reading = {
            let mut inner = self.inner.lock().unwrap();
            let operator = &mut inner.operators[who];
            if operator.edit.is_none() {
                operator.edit = Some(Line {
                    address: ADDRESSES[world.pick(ADDRESSES.len())].to_owned(),
                    layer: u32::from(world.pick(2) == 1),
                    prefix: PREFIXES[world.pick(PREFIXES.len())],
                });
            }
            operator.read.is_none()
        };
        let state = world.state().clone();
        if reading {
            self.read(who, &state);
            world.note(|| format!("operator {who} reads the document"));
        } else {
            let done = self.write(who, &state);
            world.note(|| match done {
                Some(Line { address, layer, prefix }) => {
                    format!("operator {who} writes {address}/{prefix} in layer {layer}")
                }
                None => format!("operator {who} finds that somebody was faster"),
            });
        }
    }

    /// An operator does a whole edit; for tests.
    pub(crate) fn edit(
        &self,
        who: usize,
        state: &State,
        (address, layer, prefix): (&str, u32, u32),
    ) {
        let line = Line { address: address.to_owned(), layer, prefix };
        self.inner.lock().unwrap().operators[who].edit = Some(line);
        self.read(who, state);
        assert!(self.write(who, state).is_some());
    }

    fn read(&self, who: usize, state: &State) {
        self.inner.lock().unwrap().operators[who].read = state.get_as(NODE).unwrap();
    }

    /// Writes the edit, unless somebody wrote since: then it has to be read again. Returns what was written.
    fn write(&self, who: usize, state: &State) -> Option<Line> {
        let mut inner = self.inner.lock().unwrap();
        let operator = &mut inner.operators[who];
        let (mut document, edit) = (operator.read.take()?, operator.edit.clone()?);
        change(&mut document.edit().spec, &edit);
        let object = Object::from(document.clone());
        if self.bug == Some(Bug::NoVersionCheck) {
            state.put(NS, NODE, "", document.into_spec()).unwrap();
        } else if let Err(error) = state.update(object, &UpdateOptions::owner("")) {
            assert!(matches!(error, Error::VersionConflict { .. }), "{error}");
            return None;
        }
        operator.edit = None;
        let key = (edit.layer, edit.address.clone());
        match edit.prefix {
            0 => drop(inner.accepted.remove(&key)),
            prefix => drop(inner.accepted.insert(key, prefix)),
        }
        Some(edit)
    }

    /// Takes all lines away.
    pub(crate) fn clear(&self, state: &State) {
        self.inner.lock().unwrap().accepted.clear();
        state.put(NS, NODE, "", Document::default()).unwrap();
    }
}

/// The document with the edit made.
fn change(document: &mut Document, edit: &Line) {
    document.lines.retain(|line| (line.layer, &line.address) != (edit.layer, &edit.address));
    if edit.prefix != 0 {
        document.lines.push(edit.clone());
        document.lines.sort_by_key(|line| (line.layer, line.address.clone()));
    }
}

fn lines(accepted: &BTreeMap<(u32, String), u32>) -> Vec<Line> {
    let line = |((layer, address), prefix): (&(u32, String), &u32)| Line {
        address: address.clone(),
        layer: *layer,
        prefix: *prefix,
    };
    accepted.iter().map(line).collect()
}
