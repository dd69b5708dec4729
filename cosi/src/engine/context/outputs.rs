//! Whole sets of outputs: what is not wanted any more goes, by the teardown protocol.

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use crate::{
    engine::driver::BoxError,
    error::Error,
    metadata::Metadata,
    object::{Object, Resource},
    spec::Spec,
    text::{Id, Text},
};

impl Context<'_> {
    /// Makes `wanted` the controller's resources of type `T` in `namespace`: writes them, and removes its others.
    ///
    /// Goes on after a resource that cannot be written or removed, and returns the first such error.
    ///
    /// # Errors
    /// As [`Context::put`].
    pub fn converge<T: Spec, I: Into<Id>>(
        &mut self,
        namespace: &str,
        wanted: impl IntoIterator<Item = (I, T)>,
    ) -> Result<(), Error> {
        let wanted: BTreeMap<Id, T> =
            wanted.into_iter().map(|(id, spec)| (id.into(), spec)).collect();
        let mut result = self.remove_others::<T>(namespace, |old| wanted.contains_key(old.id()));
        for (id, spec) in wanted {
            result = result.and(self.put(namespace, id, spec));
        }
        result
    }

    /// Remembers what is written from now on in this run, for [`Context::clean_up`].
    pub fn track(&mut self) {
        self.touched = Some(BTreeSet::new());
    }

    /// Removes the controller's resources of type `T` in `namespace` that were not written since [`Context::track`].
    ///
    /// Without that nothing is removed. Called last, so that a run that fails half-way removes nothing.
    /// Goes on after a resource that cannot be removed, and returns the first such error.
    ///
    /// # Errors
    /// As [`Context::put`].
    pub fn clean_up<T: Spec>(&mut self, namespace: &str) -> Result<(), Error> {
        let Some(touched) = self.touched.take() else { return Ok(()) };
        let key = |old: &Metadata| (T::TYPE, Text::from(namespace), old.id().clone());
        let result = self.remove_others::<T>(namespace, |old| touched.contains(&key(old)));
        self.touched = Some(touched);
        result
    }

    /// Makes one `O` in namespace `to` of each `I` in `from`: `name` says which, `make` what; of `None` there is none.
    ///
    /// What was made goes before what it was made of: a strong input is held, and let go once its output is gone.
    /// The controller's other resources of type `O` in `to` are removed. An input that `make` fails for keeps the output
    /// that it has; the others are gone on with, and the first error is returned.
    ///
    /// # Errors
    /// Those of `make`, and as [`Context::put`] and [`Context::add_finalizer`].
    pub fn transform<I: Spec, O: Spec>(
        &mut self,
        (from, to): (&str, &str),
        name: impl Fn(&Resource<I>) -> Id,
        mut make: impl FnMut(&Resource<I>) -> Result<Option<O>, BoxError>,
    ) -> Result<(), BoxError> {
        let inputs = self.list::<I>(from)?;
        let running = inputs.iter().filter(|input| !input.metadata.is_tearing_down());
        let kept: BTreeSet<Id> = running.map(&name).collect();
        let mut named = kept.clone();
        let mut result = Ok(());
        for input in &inputs {
            let id = name(input);
            let one = if input.metadata.is_tearing_down() && kept.contains(&id) {
                // Another input has taken its place.
                self.let_go(input).map_err(BoxError::from)
            } else {
                self.transform_one(input, (to, &id), &mut make)
            };
            result = result.and(one);
            named.insert(id);
        }
        let others = self.remove_others::<O>(to, |old| named.contains(old.id()));
        result.and(others.map_err(BoxError::from))
    }

    /// [`Context::transform`] of one input, whose output is `id` in namespace `to`. It suits a queue's `reconcile`.
    ///
    /// # Errors
    /// As [`Context::transform`].
    pub fn transform_one<I: Spec, O: Spec>(
        &mut self,
        input: &Resource<I>,
        (to, id): (&str, &Id),
        make: impl FnOnce(&Resource<I>) -> Result<Option<O>, BoxError>,
    ) -> Result<(), BoxError> {
        let metadata = &input.metadata;
        if metadata.is_tearing_down() {
            if self.remove_own::<O>(to, id)? {
                self.let_go(input)?;
            }
            return Ok(());
        }
        let may_hold = self.may_hold::<I>(metadata.namespace(), metadata.id()).is_ok();
        // Held before anything is made of it, so that a crash between the two leaves nothing behind.
        if may_hold && !metadata.has_finalizer(self.owner) {
            match self.add_finalizer::<I>(metadata.namespace(), metadata.id()) {
                // It went, or is to go, since it was looked at: that wakes us.
                Err(error) if is_going(&error) => return Ok(()),
                other => other?,
            }
        }
        match make(input)? {
            Some(spec) => Ok(self.put(to, id, spec)?),
            None => Ok(self.remove_own::<O>(to, id).map(drop)?),
        }
    }

    fn let_go<I: Spec>(&self, input: &Resource<I>) -> Result<(), Error> {
        let metadata = &input.metadata;
        if !metadata.has_finalizer(self.owner) {
            return Ok(());
        }
        self.remove_finalizer::<I>(metadata.namespace(), metadata.id())
    }

    /// Removes the resource if it is the controller's; tells whether the controller has none of that name.
    fn remove_own<T: Spec>(&mut self, namespace: &str, id: &str) -> Result<bool, Error> {
        self.may_write::<T>(namespace)?;
        match self.store.get(namespace, T::TYPE, id)? {
            Some(old) if self.owns(old.metadata()) => self.remove::<T>(namespace, id),
            Some(_) | None => Ok(true),
        }
    }

    /// Removes the controller's resources of type `T` in `namespace` but those to keep.
    fn remove_others<T: Spec>(
        &mut self,
        namespace: &str,
        keep: impl Fn(&Metadata) -> bool,
    ) -> Result<(), Error> {
        self.may_write::<T>(namespace)?;
        let mut result = Ok(());
        let all = self.store.list(namespace, T::TYPE)?;
        for old in all.iter().map(Object::metadata) {
            if self.owns(old) && !keep(old) {
                result = result.and(self.remove::<T>(namespace, old.id()).map(drop));
            }
        }
        result
    }
}

/// Whether a resource cannot be held because it is gone or on its way.
fn is_going(error: &Error) -> bool {
    matches!(error.code(), tonic::Code::NotFound | tonic::Code::InvalidArgument)
}
