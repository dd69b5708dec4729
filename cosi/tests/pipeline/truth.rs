//! What must hold at every quiet point, as a pure function of the accepted edits and the link.

use std::fmt::Debug;

use cosi::{BoxError, Resource, Spec, State, sim::Setup};

use crate::{
    Outer,
    kernel::OWN,
    merge::merge,
    resources::{Address, Document, Line},
};

pub(crate) struct Truth;

impl Truth {
    /// Has the simulation check everything that must hold.
    pub(crate) fn watch(sim: &mut Setup, outer: Outer) {
        let Outer { kernel, desk } = outer;
        let accepted = desk.clone();
        sim.invariant("the document has all accepted edits", move |state| {
            let lines = state.list_as::<Document>()?;
            let lines = lines.first().map(|document| document.spec.lines.clone());
            same(lines, Some(accepted.accepted()))
        });
        let accepted = desk.clone();
        sim.invariant("there is one resource per line", move |state| {
            let wanted = accepted.accepted().into_iter().map(|line| (line.id(), line));
            same(held::<Line>(state, "example.Merge", true)?, wanted.collect())
        });
        let (accepted, link) = (desk.clone(), kernel.clone());
        sim.invariant("there is one resource per address", move |state| {
            let wanted = merge(accepted.accepted().iter());
            // Without a link there is nothing to hold for, but one that was there may be held still.
            let held_all = link.table().is_some();
            same(held::<Address>(state, "example.Apply", held_all)?, wanted.into_iter().collect())
        });
        sim.invariant("the kernel has these addresses", move |_| {
            let own = [(OWN.to_owned(), 64)];
            let wanted = merge(desk.accepted().iter());
            let wanted = wanted.into_iter().map(|(id, address)| (id, address.prefix)).chain(own);
            let Some(table) = kernel.table() else { return Ok(()) };
            same(table, wanted.collect())
        });
    }
}

/// The resources of a type, none of which is being torn down, all of them held by `holder` alone.
fn held<T: Spec>(state: &State, holder: &str, must: bool) -> Result<Vec<(String, T)>, BoxError> {
    let check = |resource: Resource<T>| {
        let metadata = &resource.metadata;
        let holders = metadata.finalizers();
        let right = holders.iter().all(|name| name == holder) && !(must && holders.is_empty());
        if metadata.is_tearing_down() || !right {
            return Err(format!(
                "{} is left in {}, held by {holders:?}",
                resource.id(),
                metadata.phase()
            )
            .into());
        }
        Ok((resource.id().to_string(), resource.spec.clone()))
    };
    state.list_as::<T>()?.into_iter().map(check).collect()
}

fn same<T: PartialEq + Debug>(found: T, wanted: T) -> Result<(), BoxError> {
    if found == wanted { Ok(()) } else { Err(format!("{found:?}, not {wanted:?}").into()) }
}
