//! The controllers of a runtime, and the rules between them.
//!
//! Two controllers that would fight over a type are found before either runs.

use std::collections::BTreeMap;

use super::declaration::{Declaration, Edge, Sharing, Strength};

/// The declarations of all controllers, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registry(BTreeMap<&'static str, &'static Declaration>);

/// Why a controller cannot run beside the others.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// The name is taken.
    #[error("controller {0} is registered already")]
    Name(&'static str),
    /// The controller declares the same thing twice.
    #[error("controller {controller} declares {kind} twice")]
    Twice {
        /// The controller.
        controller: &'static str,
        /// The resource type.
        kind: &'static str,
    },
    /// The controller has an input of a sort that its own sort does not know.
    #[error("controller {controller}: {problem}")]
    Input {
        /// The controller.
        controller: &'static str,
        /// What is wrong with its inputs.
        problem: &'static str,
    },
    /// Somebody else writes a type that one of the two wants alone.
    #[error("controller {controller} writes {kind}, which {other} writes as well")]
    Output {
        /// The controller.
        controller: &'static str,
        /// The resource type.
        kind: &'static str,
        /// Who writes it as well.
        other: &'static str,
    },
}

/// What sort of controller is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// It looks at everything.
    Whole,
    /// It looks at one item at a time.
    Queue,
}

impl Registry {
    /// Adds a controller, if its outputs are in nobody's way.
    pub(crate) fn add(
        &mut self,
        new: &'static Declaration,
        sort: Sort,
    ) -> Result<(), RegisterError> {
        let controller = new.name;
        if self.0.contains_key(controller) {
            return Err(RegisterError::Name(controller));
        }
        inputs(new, sort)?;
        for (at, output) in new.outputs.iter().enumerate() {
            let kind = output.kind;
            if new.outputs[..at].iter().any(|earlier| earlier.kind == kind) {
                return Err(RegisterError::Twice { controller, kind });
            }
            let fights = |other: &Declaration| {
                other.outputs.iter().any(|theirs| {
                    theirs.kind == kind
                        && [theirs.sharing, output.sharing].contains(&Sharing::Exclusive)
                })
            };
            if let Some(other) = self.0.values().find(|other| fights(other)) {
                return Err(RegisterError::Output { controller, kind, other: other.name });
            }
        }
        self.0.insert(controller, new);
        Ok(())
    }

    /// The declared dependencies, in the order of the controllers' names.
    pub(crate) fn edges(&self) -> Vec<Edge> {
        self.0.values().flat_map(|declaration| declaration.edges()).collect()
    }
}

/// Whether the inputs make sense together, and for that sort of controller.
fn inputs(new: &'static Declaration, sort: Sort) -> Result<(), RegisterError> {
    let controller = new.name;
    for (at, input) in new.inputs.iter().enumerate() {
        if new.inputs[..at].iter().any(|earlier| earlier.overlaps(input)) {
            return Err(RegisterError::Twice { controller, kind: input.kind });
        }
    }
    let queued = |input: &super::declaration::Input<'_>| input.strength.is_queued();
    let problem = match sort {
        Sort::Whole if new.inputs.iter().any(queued) => "primary and mapped inputs are for queues",
        Sort::Queue if !new.inputs.iter().all(queued) => {
            "the inputs of a queue are primary or mapped"
        }
        Sort::Queue if !new.inputs.iter().any(|i| i.strength == Strength::Primary) => {
            "a queue needs a primary input"
        }
        Sort::Whole | Sort::Queue => return Ok(()),
    };
    Err(RegisterError::Input { controller, problem })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::{EdgeKind, exclusive, mapped, primary, shared, strong, weak},
        testing::Note,
    };

    const ALONE: Declaration =
        Declaration { name: "a", inputs: &[], outputs: &[exclusive::<Note>()] };
    const SHARED: Declaration =
        Declaration { name: "b", inputs: &[], outputs: &[shared::<Note>()] };
    const ALSO_SHARED: Declaration =
        Declaration { name: "c", inputs: &[weak::<Note>("ns")], outputs: &[shared::<Note>()] };
    const TWICE: Declaration = Declaration {
        name: "d",
        inputs: &[weak::<Note>("ns"), strong::<Note>("ns").id("x")],
        outputs: &[],
    };
    const TWICE_TURNED: Declaration = Declaration {
        name: "d",
        inputs: &[strong::<Note>("ns").id("x"), weak::<Note>("ns")],
        outputs: &[],
    };
    const MIXED: Declaration = Declaration {
        name: "e",
        inputs: &[primary::<Note>("ns"), weak::<Note>("other")],
        outputs: &[],
    };
    const MAPPED: Declaration =
        Declaration { name: "f", inputs: &[mapped::<Note>("ns")], outputs: &[] };

    fn check(declarations: &[&'static Declaration]) -> Result<(), RegisterError> {
        let mut registry = Registry::default();
        declarations.iter().try_for_each(|declaration| registry.add(declaration, Sort::Whole))
    }

    #[test]
    fn an_exclusive_output_tolerates_no_other() {
        let (kind, fight) = ("Notes.test.cosi.dev", |controller, kind, other| {
            Err(RegisterError::Output { controller, kind, other })
        });
        assert_eq!(check(&[&ALONE, &SHARED]), fight("b", kind, "a"));
        assert_eq!(check(&[&SHARED, &ALONE]), fight("a", kind, "b"));
        assert_eq!(check(&[&SHARED, &ALSO_SHARED]), Ok(()));
    }

    #[test]
    fn names_and_inputs_are_unique() {
        assert_eq!(check(&[&ALONE, &ALONE]), Err(RegisterError::Name("a")));
        let kind = "Notes.test.cosi.dev";
        for twice in [&TWICE, &TWICE_TURNED] {
            assert_eq!(check(&[twice]), Err(RegisterError::Twice { controller: "d", kind }));
        }
    }

    #[test]
    fn queues_have_inputs_of_their_own() {
        let queue = |declaration| Registry::default().add(declaration, Sort::Queue).unwrap_err();
        let refused = check(&[&MAPPED]).unwrap_err().to_string();
        assert_eq!(refused, "controller f: primary and mapped inputs are for queues");
        let refused = queue(&MIXED).to_string();
        assert_eq!(refused, "controller e: the inputs of a queue are primary or mapped");
        assert_eq!(queue(&MAPPED).to_string(), "controller f: a queue needs a primary input");
    }

    #[test]
    fn dependencies_are_outputs_then_inputs() {
        let mut registry = Registry::default();
        registry.add(&ALSO_SHARED, Sort::Whole).unwrap();
        let kinds: Vec<_> = registry.edges().iter().map(|edge| edge.kind).collect();
        assert_eq!(kinds, [EdgeKind::OutputShared, EdgeKind::InputWeak]);
    }
}
