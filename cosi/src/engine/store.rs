//! What a controller's context needs of a store: the same whether that store is here or behind a socket.

use std::sync::Arc;

use super::declaration::Input;
use crate::{
    collection::{Interest, Subscription},
    error::Error,
    object::Object,
    selector::Selector,
    signal::Signal,
    state::State,
    text::Text,
    watch::{Watch, WatchRequest},
};

/// A store as controllers see it. Calls may block, but not for long.
pub(crate) trait Store: Send + Sync {
    fn get(&self, namespace: &str, kind: &str, id: &str) -> Result<Option<Object>, Error>;
    fn list(&self, namespace: &str, kind: &str) -> Result<Vec<Object>, Error>;
    /// Creates, or updates where something differs.
    fn write(&self, object: Object, owner: &Text) -> Result<(), Error>;
    fn destroy(&self, namespace: &str, kind: &str, id: &str, owner: &str) -> Result<(), Error>;
    /// Tells whether the resource can be destroyed at once.
    fn teardown(&self, namespace: &str, kind: &str, id: &str, owner: &str) -> Result<bool, Error>;
    fn add_finalizer(&self, namespace: &str, kind: &str, id: &str, name: &str)
    -> Result<(), Error>;
    fn remove_finalizer(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        name: &str,
    ) -> Result<(), Error>;
    fn subscribe(
        &self,
        namespace: &str,
        kind: &str,
        interest: Interest,
        signal: &Arc<Signal>,
    ) -> Subscription;
    /// Begins to watch what [`Store::prepare`] was told of.
    fn watch(&self, request: WatchRequest) -> Result<Watch, Error>;
    /// Tells the store of an input that a controller asks for while it runs.
    fn prepare(&self, input: &Input<'_>) {
        let _ = input;
    }
    /// How often the store may have forgotten what was written into it.
    fn epoch(&self) -> u64 {
        0
    }
}

impl Store for State {
    fn get(&self, namespace: &str, kind: &str, id: &str) -> Result<Option<Object>, Error> {
        Ok(self.get(namespace, kind, id))
    }

    fn list(&self, namespace: &str, kind: &str) -> Result<Vec<Object>, Error> {
        Ok(self.list(namespace, kind, &Selector::all()))
    }

    fn write(&self, object: Object, owner: &Text) -> Result<(), Error> {
        self.write(object, owner).map(drop)
    }

    fn destroy(&self, namespace: &str, kind: &str, id: &str, owner: &str) -> Result<(), Error> {
        self.destroy(namespace, kind, id, owner)
    }

    fn teardown(&self, namespace: &str, kind: &str, id: &str, owner: &str) -> Result<bool, Error> {
        self.teardown(namespace, kind, id, owner)
    }

    fn add_finalizer(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        name: &str,
    ) -> Result<(), Error> {
        self.add_finalizer(namespace, kind, id, name)
    }

    fn remove_finalizer(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        name: &str,
    ) -> Result<(), Error> {
        self.remove_finalizer(namespace, kind, id, name)
    }

    fn subscribe(
        &self,
        namespace: &str,
        kind: &str,
        interest: Interest,
        signal: &Arc<Signal>,
    ) -> Subscription {
        self.subscribe(namespace, kind, interest, signal)
    }

    fn watch(&self, request: WatchRequest) -> Result<Watch, Error> {
        self.watch(request)
    }
}
