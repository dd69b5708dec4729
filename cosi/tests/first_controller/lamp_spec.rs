//! Applies the spec of each lamp to the panel.
//!
//! reads    `LampSpec` in `house` (strong)
//! writes   nothing; holds a finalizer on every `LampSpec` that the panel shows
//! touches  the panel

use std::collections::BTreeMap;

use cosi::{BoxError, Context, Controller, Declaration, Id, Resource, strong};

use crate::panel::Panel;
use crate::types::{HOUSE, LampSpec};

pub(crate) const DECLARATION: Declaration =
    Declaration { name: "house.LampSpec", inputs: &[strong::<LampSpec>(HOUSE)], outputs: &[] };

/// The controller.
pub(crate) struct LampSpecController {
    panel: Panel,
}

// ANCHOR: reconcile
impl Controller for LampSpecController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let wanted = cx.list::<LampSpec>(HOUSE)?; // 1. read everything
        let actual = self.panel.lamps()?;
        for step in plan(&wanted, &actual) {
            self.apply(cx, &step)?; // 2. decide, purely; 3. act, one step at a time
        }
        Ok(())
    }
}
// ANCHOR_END: reconcile

// ANCHOR: step
/// Everything that this controller can do.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// Take hold of a spec.
    Hold(Id),
    /// Set a lamp.
    Set(Id, u32),
    /// Turn a lamp off.
    Off(Id),
    /// Let go of a spec.
    Release(Id),
}
// ANCHOR_END: step

impl LampSpecController {
    pub(crate) fn new(panel: Panel) -> Self {
        Self { panel }
    }

    // ANCHOR: apply
    fn apply(&self, cx: &Context<'_>, step: &Step) -> Result<(), BoxError> {
        match step {
            Step::Hold(id) => cx.add_finalizer::<LampSpec>(HOUSE, id)?,
            Step::Set(id, brightness) => self.panel.set(id, *brightness)?,
            Step::Off(id) => self.panel.off(id)?,
            Step::Release(id) => cx.remove_finalizer::<LampSpec>(HOUSE, id)?,
        }
        Ok(())
    }
    // ANCHOR_END: apply
}

// ANCHOR: plan
/// | tearing down | held | on the panel | steps                                               |
/// |--------------|------|--------------|-----------------------------------------------------|
/// | no           | no   | any          | Hold, Set (hold first: a crash between leaves none) |
/// | no           | yes  | as wanted    | none                                                |
/// | no           | yes  | otherwise    | Set                                                 |
/// | yes          | yes  | yes          | Off, Release                                        |
/// | yes          | yes  | no           | Release                                             |
/// | yes          | no   | any          | none: it was never ours                             |
fn plan(wanted: &[Resource<LampSpec>], actual: &BTreeMap<String, u32>) -> Vec<Step> {
    let mut steps = Vec::new();
    for lamp in wanted {
        let (id, shown) = (lamp.id(), actual.get(lamp.id().as_str()));
        let held = lamp.metadata.has_finalizer(DECLARATION.name);
        match (lamp.metadata.is_tearing_down(), held) {
            (false, held) => {
                if !held {
                    steps.push(Step::Hold(id.clone()));
                }
                if !held || shown != Some(&lamp.spec.brightness) {
                    steps.push(Step::Set(id.clone(), lamp.spec.brightness));
                }
            }
            (true, true) => {
                if shown.is_some() {
                    steps.push(Step::Off(id.clone()));
                }
                steps.push(Step::Release(id.clone()));
            }
            (true, false) => {}
        }
    }
    steps
}
// ANCHOR_END: plan

#[cfg(test)]
mod tests {
    use cosi::Phase;

    use super::*;

    fn check(phase: Phase, held: bool, shown: Option<u32>, expected: &[Step]) {
        let mut lamp = Resource::new(HOUSE, "desk", LampSpec { brightness: 50 });
        lamp.edit().metadata.set_phase(phase);
        if held {
            lamp.edit().metadata.add_finalizer(DECLARATION.name);
        }
        let actual = shown.into_iter().map(|brightness| ("desk".to_owned(), brightness)).collect();
        assert_eq!(plan(&[lamp], &actual), expected, "{phase} {held} {shown:?}");
    }

    #[test]
    fn every_row_of_the_table() {
        let id = || Id::from("desk");
        for shown in [None, Some(10), Some(50)] {
            let steps = [Step::Hold(id()), Step::Set(id(), 50)];
            check(Phase::Running, false, shown, &steps);
            check(Phase::TearingDown, false, shown, &[]);
        }
        check(Phase::Running, true, Some(50), &[]);
        check(Phase::Running, true, Some(10), &[Step::Set(id(), 50)]);
        check(Phase::Running, true, None, &[Step::Set(id(), 50)]);
        check(Phase::TearingDown, true, Some(50), &[Step::Off(id()), Step::Release(id())]);
        check(Phase::TearingDown, true, None, &[Step::Release(id())]);
    }
}
