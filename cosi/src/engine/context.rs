//! What a controller can do while it reconciles: what it declared, and nothing else.
//!
//! Reads are of declared inputs and outputs, writes of outputs, finalizers on strong inputs.

mod outputs;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{
    declaration::{Declaration, Edge, Input, Strength},
    store::Store,
};
use crate::{
    collection::{Interest, Subscription},
    error::{Error, Undeclared},
    metadata::Metadata,
    object::{Object, Resource},
    signal::Signal,
    spec::Spec,
    state::{Decode, typed},
    text::{Id, Text},
};

/// What a controller can do while it reconciles.
pub struct Context<'a> {
    pub(crate) declaration: &'static Declaration,
    pub(crate) store: &'a dyn Store,
    pub(crate) owner: &'a Text,
    pub(crate) signal: &'a Arc<Signal>,
    pub(crate) hold: &'a mut Hold,
    /// What was written since [`Context::track`].
    pub(crate) touched: Option<BTreeSet<(&'static str, Text, Id)>>,
    pub(crate) wish: Wish,
}

/// Where a controller has written: it is woken there when what it tore down can be destroyed, and when the store forgot.
pub(crate) type Written = Arc<Mutex<BTreeMap<(&'static str, Text), Subscription>>>;

/// What a controller gathers over its runs.
#[derive(Debug)]
pub(crate) struct Hold {
    written: Written,
    /// Inputs that it asked for while it ran; a queue may not.
    more: Option<Vec<More>>,
}

/// An input that a controller asked for while it ran.
#[derive(Debug)]
struct More {
    strength: Strength,
    namespace: Text,
    kind: &'static str,
    id: Option<Id>,
    decode: Decode,
    _subscription: Subscription,
}

impl More {
    fn input(&self) -> Input<'_> {
        let Self { strength, kind, decode, .. } = *self;
        Input { strength, namespace: &self.namespace, kind, id: self.id.as_deref(), decode }
    }
}

impl Hold {
    /// That of a controller that looks at everything.
    pub(crate) fn new() -> Self {
        Self { written: Written::default(), more: Some(Vec::new()) }
    }

    /// That of one run of a queue, of which there may be several at once.
    pub(crate) fn of_queue(written: &Written) -> Self {
        Self { written: Arc::clone(written), more: None }
    }

    /// Inputs that the controller asked for while it ran.
    fn inputs(&self) -> impl Iterator<Item = Input<'_>> {
        self.more.iter().flatten().map(More::input)
    }

    /// The dependencies that the controller asked for while it ran.
    pub(crate) fn edges(&self, controller: &'static str) -> Vec<Edge> {
        self.inputs().map(|input| input.edge(controller)).collect()
    }
}

/// What a controller asks of the engine.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wish {
    pub(crate) requeue: Option<Duration>,
    pub(crate) reset_backoff: bool,
    /// The inputs are others than before the run.
    pub(crate) inputs: bool,
}

impl Context<'_> {
    /// The resources of type `T` in `namespace`, in the order of their ids.
    ///
    /// # Errors
    /// The controller does not declare it, or the store does not answer.
    pub fn list<T: Spec>(&self, namespace: &str) -> Result<Vec<Resource<T>>, Error> {
        self.may_read::<T>(namespace, None)?;
        self.store.list(namespace, T::TYPE)?.into_iter().map(typed).collect()
    }

    /// The resource of type `T` named `id` in `namespace`, if it is there.
    ///
    /// # Errors
    /// The controller does not declare it, or the store does not answer.
    pub fn get<T: Spec>(&self, namespace: &str, id: &str) -> Result<Option<Resource<T>>, Error> {
        self.may_read::<T>(namespace, Some(id))?;
        self.store.get(namespace, T::TYPE, id)?.map(typed).transpose()
    }

    /// Makes `spec` the spec of the resource: creates it, or updates it if it has another one.
    ///
    /// One that the controller tears down is created anew once nobody holds it; the engine wakes the controller then.
    ///
    /// # Errors
    /// The controller does not declare it, somebody else owns the resource, or the store does not answer.
    pub fn put<T: Spec>(
        &mut self,
        namespace: &str,
        id: impl Into<Id>,
        spec: T,
    ) -> Result<(), Error> {
        self.write(Resource::new(namespace, id, spec))
    }

    /// As [`Context::put`], with labels and annotations.
    ///
    /// # Errors
    /// As [`Context::put`].
    pub fn write<T: Spec>(&mut self, resource: Resource<T>) -> Result<(), Error> {
        let metadata = &resource.metadata;
        self.may_write::<T>(metadata.namespace())?;
        if let Some(touched) = &mut self.touched {
            touched.insert((T::TYPE, metadata.namespace().clone(), metadata.id().clone()));
        }
        let old = self.store.get(metadata.namespace(), T::TYPE, metadata.id())?;
        if let Some(old) = old
            && old.metadata().is_tearing_down()
            && self.owns(old.metadata())
        {
            if !old.metadata().finalizers().is_empty() {
                return Ok(());
            }
            self.destroy_old(old.metadata())?;
        }
        self.store.write(Object::from(resource), self.owner)
    }

    /// Tears the resource down and destroys it as soon as nobody holds it; tells whether it is gone.
    ///
    /// While somebody holds it, the engine wakes the controller when the last one lets go.
    ///
    /// # Errors
    /// The controller does not declare it, somebody else owns the resource, or the store does not answer.
    pub fn remove<T: Spec>(&mut self, namespace: &str, id: &str) -> Result<bool, Error> {
        let gone = self.teardown::<T>(namespace, id)?;
        if gone {
            self.destroy::<T>(namespace, id)?;
        }
        Ok(gone)
    }

    /// Tells those who hold the resource to let go; tells whether nobody holds it. True for one that is absent.
    ///
    /// # Errors
    /// The controller does not declare it, somebody else owns the resource, or the store does not answer.
    pub fn teardown<T: Spec>(&mut self, namespace: &str, id: &str) -> Result<bool, Error> {
        self.may_write::<T>(namespace)?;
        absent_is(true, self.store.teardown(namespace, T::TYPE, id, self.owner))
    }

    /// Destroys the resource, if it is there.
    ///
    /// # Errors
    /// The controller does not declare it, somebody owns or holds the resource, or the store does not answer.
    pub fn destroy<T: Spec>(&mut self, namespace: &str, id: &str) -> Result<(), Error> {
        self.may_write::<T>(namespace)?;
        absent_is((), self.store.destroy(namespace, T::TYPE, id, self.owner))
    }

    /// Holds the resource under the controller's name, until it lets go.
    ///
    /// # Errors
    /// It is not a strong input, it is gone or being torn down, or the store does not answer.
    pub fn add_finalizer<T: Spec>(&self, namespace: &str, id: &str) -> Result<(), Error> {
        self.may_hold::<T>(namespace, id)?;
        self.store.add_finalizer(namespace, T::TYPE, id, self.owner)
    }

    /// Lets go of the resource; one that is gone or not held is let go of already.
    ///
    /// # Errors
    /// It is not a strong input, or the store does not answer.
    pub fn remove_finalizer<T: Spec>(&self, namespace: &str, id: &str) -> Result<(), Error> {
        self.may_hold::<T>(namespace, id)?;
        self.store.remove_finalizer(namespace, T::TYPE, id, self.owner)
    }

    /// Whether this controller owns the resource.
    #[must_use]
    pub fn owns(&self, metadata: &Metadata) -> bool {
        metadata.owner() == self.owner
    }

    /// Reconciles again after `delay` at the latest. The shortest delay asked for counts.
    pub fn requeue_after(&mut self, delay: Duration) {
        let shortest = self.wish.requeue.map_or(delay, |other| other.min(delay));
        self.wish.requeue = Some(shortest);
    }

    /// Forgets earlier failures: if this reconcile fails, it is tried again as after a first failure.
    pub fn reset_backoff(&mut self) {
        self.wish.reset_backoff = true;
    }

    /// Also reads `inputs` from now on, instead of what the last such call named; the declared inputs stay.
    ///
    /// What is in them can be read at once, and wakes the controller as a declared input does.
    ///
    /// # Errors
    /// An input is of a queue, or the controller is one.
    pub fn set_inputs(&mut self, inputs: &[Input<'_>]) -> Result<(), Error> {
        let known =
            self.hold.more.as_mut().filter(|_| inputs.iter().all(|i| !i.strength.is_queued()));
        let Some(known) = known else {
            return Err(Error::Unsupported("an input of a queue that is not declared"));
        };
        let mut old = std::mem::take(known);
        for input in inputs {
            let same = |more: &More| {
                let other = more.input();
                other.strength == input.strength && other.overlaps(input) && other.id == input.id
            };
            let more = match old.iter().position(same) {
                Some(at) => old.swap_remove(at),
                None => {
                    self.wish.inputs = true;
                    self.store.prepare(input);
                    let interest = input.interest();
                    More {
                        strength: input.strength,
                        namespace: input.namespace.into(),
                        kind: input.kind,
                        id: input.id.map(Id::from),
                        decode: input.decode,
                        _subscription: self.store.subscribe(
                            input.namespace,
                            input.kind,
                            interest,
                            self.signal,
                        ),
                    }
                }
            };
            known.push(more);
        }
        self.wish.inputs |= !old.is_empty();
        Ok(())
    }

    /// Whether one of the inputs that `wanted` chooses includes such resources.
    fn has_input<T: Spec>(
        &self,
        namespace: &str,
        id: Option<&str>,
        wanted: impl Fn(Strength) -> bool,
    ) -> bool {
        let declared = self.declaration.inputs.iter().copied();
        declared
            .chain(self.hold.inputs())
            .any(|input| wanted(input.strength) && input.covers(namespace, T::TYPE, id))
    }

    fn destroy_old(&self, old: &Metadata) -> Result<(), Error> {
        absent_is((), self.store.destroy(old.namespace(), old.kind(), old.id(), self.owner))
    }

    fn may_read<T: Spec>(&self, namespace: &str, id: Option<&str>) -> Result<(), Error> {
        if self.has_input::<T>(namespace, id, |_| true) || self.is_output(T::TYPE) {
            return Ok(());
        }
        Err(self.undeclared("reads", T::TYPE, namespace))
    }

    fn may_write<T: Spec>(&mut self, namespace: &str) -> Result<(), Error> {
        if !self.is_output(T::TYPE) {
            return Err(self.undeclared("writes", T::TYPE, namespace));
        }
        let (store, owner, signal) = (self.store, self.owner, self.signal);
        let mut written = self.hold.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.entry((T::TYPE, Text::from(namespace))).or_insert_with(|| {
            let interest = Interest::DestroyReady { id: None, owner: Some(owner.clone()) };
            store.subscribe(namespace, T::TYPE, interest, signal)
        });
        Ok(())
    }

    fn may_hold<T: Spec>(&self, namespace: &str, id: &str) -> Result<(), Error> {
        if self.has_input::<T>(namespace, Some(id), Strength::holds) {
            return Ok(());
        }
        Err(self.undeclared("holds", T::TYPE, namespace))
    }

    fn is_output(&self, kind: &str) -> bool {
        self.declaration.outputs.iter().any(|output| output.kind == kind)
    }

    fn undeclared(&self, verb: &'static str, kind: &'static str, namespace: &str) -> Error {
        let controller = self.declaration.name;
        let namespace = Text::from(namespace);
        Error::Undeclared(Box::new(Undeclared { controller, verb, kind, namespace }))
    }
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Context({})", self.declaration.name)
    }
}

/// Removing what is not there has succeeded.
fn absent_is<R>(value: R, result: Result<R, Error>) -> Result<R, Error> {
    match result {
        Err(error) if error.is_not_found() => Ok(value),
        other => other,
    }
}
