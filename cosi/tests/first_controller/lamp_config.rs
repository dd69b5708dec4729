//! Makes one spec per lamp of what people wish of it.
//!
//! reads    `Wish` in `house` (weak)
//! writes   `LampSpec` in `house`
//! touches  nothing
//!
//! Whoever wants the most light gets it. A lamp that nobody wishes anything of has no spec.

use std::collections::BTreeMap;

use cosi::{BoxError, Context, Controller, Declaration, Resource, exclusive, weak};

use crate::types::{HOUSE, LampSpec, Wish};

// ANCHOR: declaration
pub(crate) const DECLARATION: Declaration = Declaration {
    name: "house.LampConfig",
    inputs: &[weak::<Wish>(HOUSE)],
    outputs: &[exclusive::<LampSpec>()],
};
// ANCHOR_END: declaration

// ANCHOR: reconcile
/// The controller.
#[derive(Debug)]
pub(crate) struct LampConfig;

impl Controller for LampConfig {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let wishes = cx.list::<Wish>(HOUSE)?;
        Ok(cx.converge(HOUSE, plan(&wishes))?)
    }
}
// ANCHOR_END: reconcile

// ANCHOR: plan
/// The spec of each lamp.
fn plan(wishes: &[Resource<Wish>]) -> BTreeMap<String, LampSpec> {
    let mut lamps = BTreeMap::<String, LampSpec>::new();
    for wish in wishes {
        let lamp = lamps.entry(wish.spec.lamp.clone()).or_default();
        lamp.brightness = lamp.brightness.max(wish.spec.brightness);
    }
    lamps
}
// ANCHOR_END: plan

// ANCHOR: unit
#[cfg(test)]
mod tests {
    use super::*;

    fn check(wishes: &[(&str, u32)], expected: &[(&str, u32)]) {
        let wish = |(number, &(lamp, brightness)): (usize, &(&str, u32))| {
            let spec = Wish { lamp: lamp.to_owned(), brightness };
            Resource::new(HOUSE, format!("{number}/{lamp}"), spec)
        };
        let wishes: Vec<_> = wishes.iter().enumerate().map(wish).collect();
        let lamps = plan(&wishes);
        let lamps: Vec<_> = lamps.iter().map(|(id, lamp)| (id.as_str(), lamp.brightness)).collect();
        assert_eq!(lamps, expected);
    }

    #[test]
    fn whoever_wants_the_most_light_gets_it() {
        check(&[], &[]);
        check(&[("desk", 30)], &[("desk", 30)]);
        check(&[("desk", 30), ("door", 0), ("desk", 80)], &[("desk", 80), ("door", 0)]);
    }
}
// ANCHOR_END: unit
