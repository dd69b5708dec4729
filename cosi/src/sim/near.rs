//! The store as a simulated controller sees it: the real one, with the simulator asked before each call.

use std::sync::Arc;

use super::{far::Link, report::Write, shared::Shared};
use crate::{
    collection::{Interest, Subscription},
    engine::{Input, Store},
    error::Error,
    metadata::Metadata,
    object::Object,
    signal::Signal,
    state::{State, alike},
    text::Text,
    watch::{Watch, WatchRequest},
};

/// The store of one simulated controller.
pub(super) struct Guard {
    shared: Arc<Shared>,
    /// The store itself, which says whether a call changes anything.
    store: State,
    /// The copy that a distant controller has instead.
    link: Option<Arc<Link>>,
}

impl Guard {
    pub(super) fn new(shared: Arc<Shared>, store: State, link: Option<Arc<Link>>) -> Self {
        Self { shared, store, link }
    }

    fn inner(&self) -> &dyn Store {
        match &self.link {
            Some(link) => &**link,
            None => &self.store,
        }
    }

    /// Calls the store; as a write, if `verb` finds that it will change the resource.
    fn call<R>(
        &self,
        (namespace, kind, id): (&str, &str, &str),
        verb: impl FnOnce(Option<&Metadata>, Option<&Object>) -> Option<&'static str>,
        call: impl FnOnce(&dyn Store) -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.shared.look()?;
        // Looked at after others have had their turn, so that it is as the call finds it.
        let old = self.store.get(namespace, kind, id);
        match verb(old.as_ref().map(Object::metadata), old.as_ref()) {
            None => call(self.inner()),
            Some(verb) => {
                let what = short(kind);
                let write = Write { verb, what: what.into() };
                self.shared.change(write, || format!("{what} {id}"), || call(self.inner()))
            }
        }
    }
}

/// A type's name without its group, for reports.
pub(super) fn short(kind: &str) -> &str {
    kind.split_once('.').map_or(kind, |(plural, _)| plural)
}

impl Store for Guard {
    fn get(&self, namespace: &str, kind: &str, id: &str) -> Result<Option<Object>, Error> {
        self.shared.look()?;
        self.inner().get(namespace, kind, id)
    }

    fn list(&self, namespace: &str, kind: &str) -> Result<Vec<Object>, Error> {
        self.shared.look()?;
        self.inner().list(namespace, kind)
    }

    fn write(&self, object: Object, owner: &Text) -> Result<(), Error> {
        let metadata = object.metadata().clone();
        let wanted = object.clone();
        self.call(
            (metadata.namespace(), metadata.kind(), metadata.id()),
            |_, old| match old {
                None => Some("create"),
                Some(old) => (!alike(old, &wanted)).then_some("update"),
            },
            |store| store.write(object, owner),
        )
    }

    fn destroy(&self, namespace: &str, kind: &str, id: &str, owner: &str) -> Result<(), Error> {
        self.call(
            (namespace, kind, id),
            |old, _| old.map(|_| "destroy"),
            |store| store.destroy(namespace, kind, id, owner),
        )
    }

    fn teardown(&self, namespace: &str, kind: &str, id: &str, owner: &str) -> Result<bool, Error> {
        self.call(
            (namespace, kind, id),
            |old, _| old.filter(|old| !old.is_tearing_down()).map(|_| "teardown"),
            |store| store.teardown(namespace, kind, id, owner),
        )
    }

    fn add_finalizer(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        name: &str,
    ) -> Result<(), Error> {
        self.call(
            (namespace, kind, id),
            |old, _| old.filter(|old| !old.has_finalizer(name)).map(|_| "hold"),
            |store| store.add_finalizer(namespace, kind, id, name),
        )
    }

    fn remove_finalizer(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        name: &str,
    ) -> Result<(), Error> {
        self.call(
            (namespace, kind, id),
            |old, _| old.filter(|old| old.has_finalizer(name)).map(|_| "release"),
            |store| store.remove_finalizer(namespace, kind, id, name),
        )
    }

    fn subscribe(
        &self,
        namespace: &str,
        kind: &str,
        interest: Interest,
        signal: &Arc<Signal>,
    ) -> Subscription {
        self.inner().subscribe(namespace, kind, interest, signal)
    }

    fn watch(&self, request: WatchRequest) -> Result<Watch, Error> {
        self.inner().watch(request)
    }

    fn prepare(&self, input: &Input<'_>) {
        self.inner().prepare(input);
    }

    fn epoch(&self) -> u64 {
        self.inner().epoch()
    }
}
