//! One caller, one call after the other: create, get, update, list, destroy.
//!
//! Each round has a store of its own. Making the resource that is created is part of the call, and so is dropping what
//! a call returns. Processor time is what counts: a machine has other things to do, and the peer collects garbage.

use std::{collections::BTreeMap, sync::Arc};

use cosi::{Object, Selector, State, SystemClock, UpdateOptions};

use crate::{
    measure::{Failure, Measures, Processor, done, median},
    pair::{LABEL, NAMESPACE, Two, ids, resource},
};

/// Rounds, of which the median counts.
const ROUNDS: usize = 25;

/// Lists in a round.
const LISTS: usize = 20;

/// Nanoseconds of a call by its name, one for each round.
type Samples = BTreeMap<&'static str, Vec<f64>>;

/// Nanoseconds for each call, microseconds for each list; the names of the figures end in `suffix`.
pub(crate) fn measure<T: Two>(measures: &mut Measures, suffix: &str) -> Result<(), Failure> {
    let ids = ids();
    let mut samples = Samples::new();
    for _ in 0..ROUNDS {
        round::<T>(&ids, &mut samples)?;
    }
    for (name, values) in samples {
        let unit = if name == "list" { 1e3 } else { 1.0 };
        measures.add(&format!("{name}{suffix}"), median(values) / unit);
    }
    Ok(())
}

fn round<T: Two>(ids: &[String], samples: &mut Samples) -> Result<(), Failure> {
    let processor = Processor::open()?;
    let state = State::new(Arc::new(SystemClock));
    let options = UpdateOptions::owner("");
    let mut each = |name, times, call: &mut dyn FnMut(&str) -> Result<(), Failure>| {
        let before = processor.nanos()?;
        ids.iter().take(times).try_for_each(|id| call(id))?;
        let spent = processor.nanos()? - before;
        samples.entry(name).or_default().push(spent / count(times));
        Ok::<_, Failure>(())
    };
    each("create", ids.len(), &mut |id| done(state.create(resource::<T>(id), "")?))?;
    each("get", ids.len(), &mut |id| done(state.get_as::<T>(id)?))?;
    each("update", ids.len(), &mut |id| {
        let mut resource = state.get_as::<T>(id)?.ok_or("a resource is gone")?;
        resource.edit().spec.set_second("changed");
        done(state.update(resource.into(), &options)?)
    })?;
    for id in ids.iter().step_by(10) {
        let mut object = state.get(NAMESPACE, T::TYPE, id).ok_or("a resource is gone")?;
        object.edit().labels_mut().set(LABEL.0, LABEL.1);
        drop::<Object>(state.update(object, &options)?);
    }
    let chosen = Selector::label(LABEL.0, LABEL.1);
    each("list", LISTS, &mut |_| {
        let list = state.list(NAMESPACE, T::TYPE, &chosen);
        (list.len() == ids.len() / 10).then_some(()).ok_or_else(|| "a label is lost".into())
    })?;
    each("destroy", ids.len(), &mut |id| Ok(state.destroy(NAMESPACE, T::TYPE, id, "")?))
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}
