//! A store behind a socket, as controllers see it: reads from a copy that watches keep current, writes by calls.
//!
//! The watches are the only ones to write the copy. A write waits until the copy shows it, so a controller reads what it
//! wrote, and the copy never goes back in time. When the store restarts, the copy is made anew and every controller woken.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{runtime::Handle, sync::watch, task::JoinSet, time::timeout};

use super::{
    declaration::{Declaration, Input},
    store::Store,
};
use crate::{
    collection::{Interest, Subscription},
    error::Error,
    grpc::{Client, Follow, Update},
    metadata::{Metadata, Place},
    object::Object,
    selector::Selector,
    signal::Signal,
    state::{State, alike},
    text::{Id, Text},
    time::SystemClock,
    watch::{Watch, WatchRequest},
};

/// Longest wait for the copy to be complete, or to show a write; the store is on the same machine.
const PATIENCE: Duration = Duration::from_secs(5);

/// A copy of the collections that controllers use.
#[derive(Debug)]
pub(crate) struct Mirror {
    client: Client,
    copy: State,
    handle: Handle,
    followed: Mutex<Followed>,
    /// How often a collection was copied whole once more.
    epoch: Arc<AtomicU64>,
}

#[derive(Debug, Default)]
struct Followed {
    complete: BTreeMap<Place, watch::Receiver<bool>>,
    /// End with the mirror.
    tasks: JoinSet<()>,
}

impl Mirror {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            copy: State::new(Arc::new(SystemClock)),
            handle: Handle::current(),
            followed: Mutex::default(),
            epoch: Arc::default(),
        }
    }

    /// Decodes the types of a controller's inputs and outputs as they arrive.
    pub(crate) fn learn(&self, declaration: &Declaration) {
        for input in declaration.inputs {
            self.copy.learn(input.kind, input.decode);
        }
        for output in declaration.outputs {
            self.copy.learn(output.kind, output.decode);
        }
    }

    /// Copies the inputs of a controller; ready once the copies are complete.
    pub(crate) async fn follow_all(&self, declaration: &Declaration) {
        for input in declaration.inputs {
            self.follow(input.namespace, input.kind).await;
        }
    }

    /// Copies the collection from now on; ready once the copy is complete.
    pub(crate) async fn follow(&self, namespace: &str, kind: &str) {
        // The sender lives as long as this mirror.
        drop(self.begin(namespace, kind).wait_for(|complete| *complete).await);
    }

    /// Copies the collection from now on; tells whether the copy is complete.
    fn begin(&self, namespace: &str, kind: &str) -> watch::Receiver<bool> {
        let place = Place { kind: kind.into(), namespace: namespace.into() };
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        let Followed { complete, tasks } = &mut *followed;
        complete
            .entry(place)
            .or_insert_with_key(|place| {
                let (sender, receiver) = watch::channel(false);
                let follow = self.client.follow(namespace, kind);
                let epoch = Arc::clone(&self.epoch);
                let copying = copy(self.copy.clone(), place.clone(), follow, sender, epoch);
                tasks.spawn_on(copying, &self.handle);
                receiver
            })
            .clone()
    }

    /// Waits for the copy of a collection to be complete.
    fn need(&self, namespace: &str, kind: &str) -> Result<(), Error> {
        self.wait("copy a collection", async {
            self.follow(namespace, kind).await;
            Ok(())
        })
    }

    /// Waits until the copy of the resource is as `shown` wants it.
    fn settle(
        &self,
        (namespace, kind, id): (&str, &str, &str),
        shown: impl Fn(Option<&Metadata>) -> bool,
    ) -> Result<(), Error> {
        let signal = Arc::new(Signal::default());
        let interest = Interest::Id(Id::from(id));
        let _subscription = self.copy.subscribe(namespace, kind, interest, &signal);
        self.wait("see a write", async {
            loop {
                signal.take();
                let object = self.copy.get(namespace, kind, id);
                if shown(object.as_ref().map(Object::metadata)) {
                    return Ok(());
                }
                signal.ready().await;
            }
        })
    }

    /// Waits until the copy is at least as new as what a write returned.
    fn settle_at(&self, object: &Object) -> Result<(), Error> {
        let written = object.metadata();
        let newer = |copied: &Metadata| {
            (copied.created(), copied.version()) >= (written.created(), written.version())
        };
        let place = (&**written.namespace(), &**written.kind(), &**written.id());
        self.settle(place, |copied| copied.is_some_and(newer))
    }

    /// Blocks this thread, which is none of the async runtime's, for a while at most.
    fn wait<R>(
        &self,
        what: &'static str,
        future: impl Future<Output = Result<R, Error>>,
    ) -> Result<R, Error> {
        self.handle.block_on(async {
            timeout(PATIENCE, future).await.unwrap_or(Err(Error::Timeout(what)))
        })
    }
}

/// Makes the copy of a collection what the store tells, forever.
async fn copy(
    copy: State,
    place: Place,
    mut follow: Follow,
    complete: watch::Sender<bool>,
    epoch: Arc<AtomicU64>,
) {
    loop {
        let update = follow.next().await;
        let all = matches!(update, Update::Contents(_));
        show(&copy, &place, update);
        if all && complete.send_replace(true) {
            epoch.fetch_add(1, Ordering::Release);
            // Those who compare the number may have looked before it changed.
            copy.wake_all(&place.namespace, &place.kind);
        }
    }
}

/// Makes the copy of a collection what the store tells.
pub(crate) fn show(copy: &State, Place { namespace, kind }: &Place, update: Update) {
    match update {
        Update::Contents(objects) => {
            let ids: BTreeSet<Id> = objects.iter().map(|object| object.id().clone()).collect();
            for object in objects {
                restore(copy, object);
            }
            for old in copy.list(namespace, kind, &Selector::all()) {
                if !ids.contains(old.id()) {
                    copy.evict(namespace, kind, old.id());
                }
            }
            // Whoever wrote into a store that forgot must write again.
            copy.wake_all(namespace, kind);
        }
        Update::Changed(object) => restore(copy, object),
        Update::Removed(object) => copy.evict(namespace, kind, object.id()),
    }
}

/// What does not decode is kept as it came; reading it as its type fails, where somebody sees it.
fn restore(copy: &State, object: Object) {
    let opaque = object.clone();
    copy.restore(copy.decode(object).unwrap_or(opaque));
}

impl Store for Mirror {
    fn get(&self, namespace: &str, kind: &str, id: &str) -> Result<Option<Object>, Error> {
        self.need(namespace, kind)?;
        Ok(self.copy.get(namespace, kind, id))
    }

    fn list(&self, namespace: &str, kind: &str) -> Result<Vec<Object>, Error> {
        self.need(namespace, kind)?;
        Ok(self.copy.list(namespace, kind, &Selector::all()))
    }

    fn write(&self, object: Object, owner: &Text) -> Result<(), Error> {
        let metadata = object.metadata();
        let old = Store::get(self, metadata.namespace(), metadata.kind(), metadata.id())?;
        if old.is_some_and(|old| {
            alike(&old, &object)
                && old.metadata().owner() == owner
                && !old.metadata().is_tearing_down()
        }) {
            return Ok(());
        }
        let written = self.wait("write a resource", self.client.write(object, owner))?;
        self.settle_at(&written)
    }

    fn destroy(&self, namespace: &str, kind: &str, id: &str, owner: &str) -> Result<(), Error> {
        let old = Store::get(self, namespace, kind, id)?;
        self.wait("destroy a resource", self.client.destroy(namespace, kind, id, owner))?;
        let Some(old) = old else { return Ok(()) };
        let created = old.metadata().created();
        self.settle((namespace, kind, id), |copied| {
            copied.is_none_or(|copied| copied.created() != created)
        })
    }

    fn teardown(&self, namespace: &str, kind: &str, id: &str, owner: &str) -> Result<bool, Error> {
        self.need(namespace, kind)?;
        let call = self.client.teardown(namespace, kind, id, owner);
        let object = self.wait("tear a resource down", call)?;
        self.settle_at(&object)?;
        Ok(object.metadata().finalizers().is_empty())
    }

    fn add_finalizer(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        name: &str,
    ) -> Result<(), Error> {
        self.need(namespace, kind)?;
        let call = self.client.add_finalizer(namespace, kind, id, name);
        let object = self.wait("hold a resource", call)?;
        self.settle_at(&object)
    }

    fn remove_finalizer(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        name: &str,
    ) -> Result<(), Error> {
        self.need(namespace, kind)?;
        let call = self.client.remove_finalizer(namespace, kind, id, name);
        match self.wait("let a resource go", call)? {
            // Once let go, it may be gone before the copy shows the version between.
            Some(object) => self.settle((namespace, kind, id), |copied| {
                copied.is_none_or(|copied| {
                    !copied.has_finalizer(name) || copied.created() != object.metadata().created()
                })
            }),
            None => Ok(()),
        }
    }

    fn subscribe(
        &self,
        namespace: &str,
        kind: &str,
        interest: Interest,
        signal: &Arc<Signal>,
    ) -> Subscription {
        self.copy.subscribe(namespace, kind, interest, signal)
    }

    fn watch(&self, request: WatchRequest) -> Result<Watch, Error> {
        self.copy.watch(request)
    }

    fn prepare(&self, input: &Input<'_>) {
        self.copy.learn(input.kind, input.decode);
        drop(self.begin(input.namespace, input.kind));
    }

    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }
}
