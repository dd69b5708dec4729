//! The panel that the lamps hang on: in a house a wire, here a table.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use cosi::sim::{Interrupted, Outside};

/// The panel. Each verb takes effect at once or not at all.
#[derive(Clone)]
pub(crate) struct Panel {
    outside: Outside,
    lamps: Arc<Mutex<BTreeMap<String, u32>>>,
}

impl Panel {
    pub(crate) fn new(outside: Outside) -> Self {
        Self { outside, lamps: Arc::default() }
    }

    /// The lamps that are on, and how bright.
    pub(crate) fn lamps(&self) -> Result<BTreeMap<String, u32>, Interrupted> {
        self.outside.look("panel.lamps", || self.now())
    }

    /// Sets a lamp; it may be so already.
    pub(crate) fn set(&self, lamp: &str, brightness: u32) -> Result<(), Interrupted> {
        let set = || self.lamps.lock().unwrap().insert(lamp.to_owned(), brightness);
        self.outside.change("panel.set", || format!("{lamp} {brightness}"), set).map(|_| ())
    }

    /// Turns a lamp off; it may be off already.
    pub(crate) fn off(&self, lamp: &str) -> Result<(), Interrupted> {
        let off = || self.lamps.lock().unwrap().remove(lamp);
        self.outside.change("panel.off", || lamp.to_owned(), off).map(|_| ())
    }

    /// The same without asking anybody, for tests.
    pub(crate) fn now(&self) -> BTreeMap<String, u32> {
        self.lamps.lock().unwrap().clone()
    }
}
