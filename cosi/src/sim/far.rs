//! The store as distant controllers see it: a copy that watches keep current, without a socket between.
//!
//! What follows the store and shows it in the copy is the code of [`Runtime::remote`](crate::Runtime::remote). Only the
//! connection is played: events wait to be delivered, connections break, watches fall behind.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{fault::Fault, shared::Shared};
use crate::{
    collection::{Interest, Subscription},
    engine::{self, Input, Store},
    error::Error,
    grpc::{Progress, Step, Update},
    metadata::{Metadata, Place},
    object::Object,
    selector::Selector,
    signal::Signal,
    state::{State, alike},
    text::Text,
    watch::{Bookmark, Change, Event, Start, Watch, WatchRequest},
};

/// The connection of all distant controllers, and their copy.
pub(super) struct Link {
    shared: Arc<Shared>,
    store: State,
    copy: State,
    followed: Mutex<Vec<Followed>>,
    /// A planted bug: watches resume one event late.
    resume_late: bool,
    /// How often a collection was copied whole once more.
    epoch: AtomicU64,
}

/// One collection that is copied.
struct Followed {
    place: Place,
    progress: Progress,
    watch: Option<Watch>,
    /// What is on its way.
    queue: VecDeque<Event>,
    /// All contents were told once.
    complete: bool,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({:?})", self.store)
    }
}

impl Link {
    pub(super) fn new(shared: Arc<Shared>, store: State, resume_late: bool) -> Self {
        let copy = State::new(Arc::clone(&shared.clock) as _);
        Self {
            shared,
            store,
            copy,
            followed: Mutex::default(),
            resume_late,
            epoch: AtomicU64::new(0),
        }
    }

    fn followed(&self) -> MutexGuard<'_, Vec<Followed>> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Copies the collection from now on.
    pub(super) fn follow(&self, namespace: &str, kind: &str) {
        let mut followed = self.followed();
        let known = |f: &Followed| f.place.namespace == namespace && f.place.kind == kind;
        if followed.iter().any(known) {
            return;
        }
        let place = Place { kind: kind.into(), namespace: namespace.into() };
        let progress = Progress::new(namespace.into(), kind.into());
        let mut new =
            Followed { place, progress, watch: None, queue: VecDeque::new(), complete: false };
        self.fetch(&mut new);
        while let Some(event) = new.queue.pop_front() {
            self.show(&mut new, event);
        }
        followed.push(new);
    }

    /// The collections that have something on its way.
    pub(super) fn pending(&self) -> Vec<usize> {
        let mut followed = self.followed();
        followed.iter_mut().for_each(|f| self.fetch(f));
        followed.iter().enumerate().filter(|(_, f)| !f.queue.is_empty()).map(|(i, _)| i).collect()
    }

    /// Lets something arrive for one of the collections, or something happen to its connection.
    pub(super) fn deliver(&self, index: usize) {
        if let Some(followed) = self.followed().get_mut(index) {
            self.step(followed);
        }
    }

    fn step(&self, followed: &mut Followed) {
        let place = followed.place.clone();
        match self.shared.delivery(&place) {
            Some(Fault::Overrun) => {
                followed.queue.clear();
                let change = Change::Errored("the simulator: too far behind".to_owned());
                self.show(followed, Event { change, bookmark: None });
            }
            Some(_) => {
                followed.queue.clear();
                followed.watch = None;
            }
            None => {
                if let Some(event) = followed.queue.pop_front() {
                    self.show(followed, event);
                }
            }
        }
        self.fetch(followed);
    }

    /// Takes what the store tells, over a new watch if there is none.
    fn fetch(&self, followed: &mut Followed) {
        // The second begins with the contents, if the store did not know the place.
        for _ in 0..2 {
            if followed.watch.is_none() {
                let mut request = followed.progress.request();
                if self.resume_late
                    && let Start::After(bookmark) = request.start
                {
                    request.start = Start::After(one_later(bookmark));
                }
                match self.store.watch(request) {
                    Ok(watch) => followed.watch = Some(watch),
                    Err(_) => drop(followed.progress.forget()),
                }
            }
        }
        if let Some(watch) = &mut followed.watch {
            while let Some(events) = watch.take().filter(|events| !events.is_empty()) {
                followed.queue.extend(events);
            }
        }
    }

    fn show(&self, followed: &mut Followed, event: Event) {
        match followed.progress.take(event) {
            Step::Told(update) => {
                let all = matches!(update, Update::Contents(_));
                if all && std::mem::replace(&mut followed.complete, true) {
                    self.epoch.fetch_add(1, Ordering::Relaxed);
                }
                engine::show(&self.copy, &followed.place, update);
            }
            Step::Nothing => {}
            Step::Lost => {
                followed.queue.clear();
                followed.watch = None;
            }
        }
    }

    /// Lets things arrive until the copy shows what was written.
    fn settle(
        &self,
        (namespace, kind, id): (&str, &str, &str),
        shown: impl Fn(Option<&Metadata>) -> bool,
    ) -> Result<(), Error> {
        self.follow(namespace, kind);
        let mut followed = self.followed();
        let here = |f: &&mut Followed| f.place.namespace == namespace && f.place.kind == kind;
        let Some(followed) = followed.iter_mut().find(here) else { return Ok(()) };
        loop {
            let object = self.copy.get(namespace, kind, id);
            if shown(object.as_ref().map(Object::metadata)) {
                return Ok(());
            }
            self.fetch(followed);
            if followed.queue.is_empty() {
                // Nothing will come: whoever waits gives up in the end.
                return Err(Error::Timeout("see a write"));
            }
            self.step(followed);
        }
    }

    fn settle_at(&self, written: &Metadata) -> Result<(), Error> {
        let newer = |copied: &Metadata| {
            (copied.created(), copied.version()) >= (written.created(), written.version())
        };
        let place = (&**written.namespace(), &**written.kind(), &**written.id());
        self.settle(place, |copied| copied.is_some_and(newer))
    }

    /// Waits for what the store has of a resource now.
    fn settle_now(&self, namespace: &str, kind: &str, id: &str) -> Result<(), Error> {
        let object = self.store.get(namespace, kind, id);
        object.map_or(Ok(()), |object| self.settle_at(object.metadata()))
    }
}

/// The bookmark after the next change.
fn one_later(bookmark: Bookmark) -> Bookmark {
    let number = u128::from_be_bytes(*bookmark.as_bytes()).wrapping_add(1);
    Bookmark::try_from(&number.to_be_bytes()[..]).unwrap_or(bookmark)
}

impl Store for Link {
    fn get(&self, namespace: &str, kind: &str, id: &str) -> Result<Option<Object>, Error> {
        self.follow(namespace, kind);
        Ok(self.copy.get(namespace, kind, id))
    }

    fn list(&self, namespace: &str, kind: &str) -> Result<Vec<Object>, Error> {
        self.follow(namespace, kind);
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
        let written = self.store.write(object, owner)?;
        self.settle_at(written.metadata())
    }

    fn destroy(&self, namespace: &str, kind: &str, id: &str, owner: &str) -> Result<(), Error> {
        let old = Store::get(self, namespace, kind, id)?;
        self.store.destroy(namespace, kind, id, owner)?;
        let Some(old) = old else { return Ok(()) };
        let created = old.metadata().created();
        self.settle((namespace, kind, id), |copied| {
            copied.is_none_or(|copied| copied.created() != created)
        })
    }

    fn teardown(&self, namespace: &str, kind: &str, id: &str, owner: &str) -> Result<bool, Error> {
        let ready = self.store.teardown(namespace, kind, id, owner)?;
        self.settle_now(namespace, kind, id)?;
        Ok(ready)
    }

    fn add_finalizer(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        name: &str,
    ) -> Result<(), Error> {
        self.store.add_finalizer(namespace, kind, id, name)?;
        self.settle_now(namespace, kind, id)
    }

    fn remove_finalizer(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        name: &str,
    ) -> Result<(), Error> {
        self.store.remove_finalizer(namespace, kind, id, name)?;
        self.settle_now(namespace, kind, id)
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
        self.follow(input.namespace, input.kind);
    }

    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Relaxed)
    }
}
