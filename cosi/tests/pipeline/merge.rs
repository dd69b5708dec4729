//! Chooses, of the lines about an address, the one of the highest layer.
//!
//! reads    `AddressConfigs` (strong); holds each until no address comes from it
//! writes   `AddressSpecs`

use std::collections::{BTreeMap, BTreeSet};

use cosi::{BoxError, Context, Controller, Declaration, Error, Resource, exclusive, strong};

use crate::{
    Bug,
    resources::{Address, Line, NS},
};

static DECLARATION: Declaration = Declaration {
    name: "example.Merge",
    inputs: &[strong::<Line>(NS)],
    outputs: &[exclusive::<Address>()],
};

pub(crate) struct Merge {
    bug: Option<Bug>,
    /// What a planted bug remembers instead of looking.
    written: BTreeSet<String>,
}

impl Merge {
    pub(crate) fn new(bug: Option<Bug>) -> Self {
        Self { bug, written: BTreeSet::new() }
    }

    fn write(
        &mut self,
        cx: &mut Context<'_>,
        addresses: BTreeMap<String, Address>,
    ) -> Result<(), Error> {
        if self.bug != Some(Bug::Leftover) {
            return cx.converge(NS, addresses);
        }
        self.written.extend(addresses.keys().cloned());
        for old in self.written.clone() {
            if !addresses.contains_key(&old) && cx.remove::<Address>(NS, &old)? {
                self.written.remove(&old);
            }
        }
        addresses.into_iter().try_for_each(|(id, address)| cx.put(NS, id, address))
    }
}

impl Controller for Merge {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let (leaving, lines): (Vec<_>, Vec<_>) = cx
            .list::<Line>(NS)?
            .into_iter()
            .partition(|line: &Resource<Line>| line.metadata.is_tearing_down());
        for line in &lines {
            cx.add_finalizer::<Line>(NS, line.id())?;
        }
        self.write(cx, merge(lines.iter().map(|line| &line.spec)))?;
        for line in leaving {
            let address = cx.get::<Address>(NS, &line.spec.address)?;
            if address.is_none_or(|address| address.spec.layer != line.spec.layer) {
                cx.remove_finalizer::<Line>(NS, line.id())?;
            }
        }
        Ok(())
    }
}

/// The addresses that the lines ask for.
pub(crate) fn merge<'a>(lines: impl Iterator<Item = &'a Line>) -> BTreeMap<String, Address> {
    let mut addresses: BTreeMap<String, Address> = BTreeMap::new();
    for Line { address, layer, prefix } in lines {
        let address = addresses.entry(address.clone()).or_default();
        if address.prefix == 0 || address.layer < *layer {
            *address = Address { layer: *layer, prefix: *prefix };
        }
    }
    addresses
}
