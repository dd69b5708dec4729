//! What a controller says about itself: its name, what it reads, what it writes.
//!
//! Everything is `const`, so that a controller's file begins with it and the engine can check it before anything runs.

use crate::{
    collection::Interest,
    object::Object,
    spec::Spec,
    state::Decode,
    text::{Id, Text},
};

/// A controller's name, inputs and outputs.
#[derive(Clone, Copy, Debug)]
pub struct Declaration {
    /// The public name, `subsystem.Noun`. It owns what the controller writes and names its finalizers.
    pub name: &'static str,
    /// What it reads and is woken by.
    pub inputs: &'static [Input<'static>],
    /// What it writes.
    pub outputs: &'static [Output],
}

/// Resources that a controller reads and is woken by.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    pub(crate) strength: Strength,
    pub(crate) namespace: &'a str,
    pub(crate) kind: &'static str,
    pub(crate) id: Option<&'a str>,
    pub(crate) decode: Decode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strength {
    Weak,
    Strong,
    DestroyReady,
    /// The items of a queue.
    Primary,
    /// What a queue's items depend on.
    Mapped,
    /// The same, once it can be destroyed.
    MappedDestroyReady,
}

impl Strength {
    /// Whether the controller may hold such resources by a finalizer.
    pub(crate) const fn holds(self) -> bool {
        matches!(self, Self::Strong | Self::Primary | Self::Mapped)
    }

    /// Whether only queues have such inputs.
    pub(crate) const fn is_queued(self) -> bool {
        matches!(self, Self::Primary | Self::Mapped | Self::MappedDestroyReady)
    }
}

impl<'a> Input<'a> {
    const fn new<T: Spec>(strength: Strength, namespace: &'a str) -> Self {
        Self { strength, namespace, kind: T::TYPE, id: None, decode: Object::decode::<T> }
    }

    /// Only the resource named `id`.
    #[must_use]
    pub const fn id(self, id: &'a str) -> Self {
        Self { id: Some(id), ..self }
    }

    /// Whether the input includes resource `id`, or if `None` every resource, of `kind` in `namespace`.
    pub(crate) fn covers(&self, namespace: &str, kind: &str, id: Option<&str>) -> bool {
        self.kind == kind && self.namespace == namespace && (self.id.is_none() || self.id == id)
    }

    /// Whether some resource is in both inputs.
    pub(crate) fn overlaps(&self, other: &Input<'_>) -> bool {
        self.covers(other.namespace, other.kind, other.id)
            || other.covers(self.namespace, self.kind, self.id)
    }

    /// The changes that the controller is woken for.
    pub(crate) fn interest(&self) -> Interest {
        let id = self.id.map(Id::from);
        match (self.strength, id) {
            (Strength::DestroyReady | Strength::MappedDestroyReady, id) => {
                Interest::DestroyReady { id, owner: None }
            }
            (_, Some(id)) => Interest::Id(id),
            (_, None) => Interest::All,
        }
    }

    /// The dependency that the input makes.
    pub(crate) fn edge(&self, controller: &'static str) -> Edge {
        let kind = match self.strength {
            Strength::Weak => EdgeKind::InputWeak,
            Strength::Strong | Strength::Primary | Strength::Mapped => EdgeKind::InputStrong,
            Strength::DestroyReady | Strength::MappedDestroyReady => EdgeKind::InputDestroyReady,
        };
        Edge {
            controller,
            kind,
            namespace: self.namespace.into(),
            resource_type: self.kind,
            id: self.id.map(Id::from),
        }
    }
}

/// Resources that wake the controller with each change.
#[must_use]
pub const fn weak<T: Spec>(namespace: &str) -> Input<'_> {
    Input::new::<T>(Strength::Weak, namespace)
}

/// Resources that wake the controller with each change, and that it may hold by a finalizer.
#[must_use]
pub const fn strong<T: Spec>(namespace: &str) -> Input<'_> {
    Input::new::<T>(Strength::Strong, namespace)
}

/// Resources that wake the controller when they are torn down and nobody holds them any more.
#[must_use]
pub const fn destroy_ready<T: Spec>(namespace: &str) -> Input<'_> {
    Input::new::<T>(Strength::DestroyReady, namespace)
}

/// Resources each of which is an item of a queue; it may be held by a finalizer.
#[must_use]
pub const fn primary<T: Spec>(namespace: &str) -> Input<'_> {
    Input::new::<T>(Strength::Primary, namespace)
}

/// Resources that items of a queue depend on, each change of which is mapped to items; they may be held by a finalizer.
#[must_use]
pub const fn mapped<T: Spec>(namespace: &str) -> Input<'_> {
    Input::new::<T>(Strength::Mapped, namespace)
}

/// Resources that are mapped to items of a queue when they are torn down and nobody holds them any more.
#[must_use]
pub const fn mapped_destroy_ready<T: Spec>(namespace: &str) -> Input<'_> {
    Input::new::<T>(Strength::MappedDestroyReady, namespace)
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
    pub namespace: Text,
    /// The resource type.
    pub resource_type: &'static str,
    /// The only resource meant, if there is one.
    pub id: Option<Id>,
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
            namespace: Text::EMPTY,
            resource_type: output.kind,
            id: None,
        });
        outputs.chain(self.inputs.iter().map(move |input| input.edge(controller)))
    }
}
