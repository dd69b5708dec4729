//! What a controller says about itself: its name, what it reads, what it writes.
//!
//! Everything is `const`, so that a controller's file begins with it and the engine can check it before anything runs.

use crate::{object::Object, spec::Spec, state::Decode};

/// A controller's name, inputs and outputs.
#[derive(Clone, Copy, Debug)]
pub struct Declaration {
    /// The public name, `subsystem.Noun`. It owns what the controller writes and names its finalizers.
    pub name: &'static str,
    /// What it reads and is woken by.
    pub inputs: &'static [Input],
    /// What it writes.
    pub outputs: &'static [Output],
}

/// Resources that a controller reads and is woken by.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    pub(crate) strength: Strength,
    pub(crate) namespace: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) id: Option<&'static str>,
    pub(crate) decode: Decode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strength {
    Weak,
    Strong,
    DestroyReady,
}

impl Input {
    const fn new<T: Spec>(strength: Strength, namespace: &'static str) -> Self {
        Self { strength, namespace, kind: T::TYPE, id: None, decode: Object::decode::<T> }
    }

    /// Only the resource named `id`.
    #[must_use]
    pub const fn id(self, id: &'static str) -> Self {
        Self { id: Some(id), ..self }
    }

    /// Whether the input includes resource `id`, or if `None` every resource, of `kind` in `namespace`.
    pub(crate) fn covers(&self, namespace: &str, kind: &str, id: Option<&str>) -> bool {
        self.kind == kind && self.namespace == namespace && (self.id.is_none() || self.id == id)
    }
}

/// Resources that wake the controller with each change.
#[must_use]
pub const fn weak<T: Spec>(namespace: &'static str) -> Input {
    Input::new::<T>(Strength::Weak, namespace)
}

/// Resources that wake the controller with each change, and that it may hold by a finalizer.
#[must_use]
pub const fn strong<T: Spec>(namespace: &'static str) -> Input {
    Input::new::<T>(Strength::Strong, namespace)
}

/// Resources that wake the controller when they are torn down and nobody holds them any more.
#[must_use]
pub const fn destroy_ready<T: Spec>(namespace: &'static str) -> Input {
    Input::new::<T>(Strength::DestroyReady, namespace)
}

/// A type that a controller writes.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    pub(crate) sharing: Sharing,
    pub(crate) kind: &'static str,
    pub(crate) decode: Decode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sharing {
    Exclusive,
    Shared,
}

/// A type that nobody else writes.
#[must_use]
pub const fn exclusive<T: Spec>() -> Output {
    Output { sharing: Sharing::Exclusive, kind: T::TYPE, decode: Object::decode::<T> }
}

/// A type that several controllers write; each resource belongs to the one that created it.
#[must_use]
pub const fn shared<T: Spec>() -> Output {
    Output { sharing: Sharing::Shared, kind: T::TYPE, decode: Object::decode::<T> }
}

/// One dependency between a controller and resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The controller.
    pub controller: &'static str,
    /// What the resources are to it.
    pub kind: EdgeKind,
    /// The namespace; empty for outputs, which may be in any.
    pub namespace: &'static str,
    /// The resource type.
    pub resource_type: &'static str,
    /// The only resource meant, if there is one.
    pub id: Option<&'static str>,
}

/// What resources are to a controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    /// It alone writes them.
    OutputExclusive,
    /// It writes some of them.
    OutputShared,
    /// It reads them and may hold them.
    InputStrong,
    /// It reads them.
    InputWeak,
    /// It waits until they can be destroyed.
    InputDestroyReady,
}

impl Declaration {
    /// The dependencies that the declaration makes: outputs, then inputs.
    pub(crate) fn edges(&self) -> impl Iterator<Item = Edge> {
        let controller = self.name;
        let outputs = self.outputs.iter().map(move |output| Edge {
            controller,
            kind: match output.sharing {
                Sharing::Exclusive => EdgeKind::OutputExclusive,
                Sharing::Shared => EdgeKind::OutputShared,
            },
            namespace: "",
            resource_type: output.kind,
            id: None,
        });
        let inputs = self.inputs.iter().map(move |input| Edge {
            controller,
            kind: match input.strength {
                Strength::Weak => EdgeKind::InputWeak,
                Strength::Strong => EdgeKind::InputStrong,
                Strength::DestroyReady => EdgeKind::InputDestroyReady,
            },
            namespace: input.namespace,
            resource_type: input.kind,
            id: input.id,
        });
        outputs.chain(inputs)
    }
}
