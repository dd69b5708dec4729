//! The resources of one kind in one namespace: what is there, what happened, and who listens.

use std::{
    borrow::Borrow,
    cmp::Ordering,
    collections::BTreeSet,
    fmt,
    sync::{Arc, PoisonError},
};

use crate::{
    history::{History, Record},
    metadata::{Metadata, Place},
    object::Object,
    signal::Signal,
    sync::{Mutex, MutexGuard},
    text::{Id, Text},
};

/// The resources of one kind in one namespace.
pub(crate) struct Collection {
    place: Arc<Place>,
    contents: Mutex<Contents>,
}

/// What a collection's lock protects.
pub(crate) struct Contents {
    objects: BTreeSet<ById>,
    pub(crate) history: History,
    /// Replaced, never changed, so that listeners are woken outside of the lock.
    listeners: Arc<[Listener]>,
}

/// A resource that is found by its id.
struct ById(Object);

/// Somebody to wake.
#[derive(Clone)]
struct Listener {
    interest: Arc<Interest>,
    signal: Arc<Signal>,
}

/// The changes that somebody wants to be woken for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Interest {
    /// All.
    All,
    /// Those of one resource.
    Id(Id),
    /// Those that leave a resource torn down and held by nobody.
    DestroyReady {
        /// Only of this resource.
        id: Option<Id>,
        /// Only of this owner.
        owner: Option<Text>,
    },
}

impl Interest {
    fn includes(&self, record: &Record) -> bool {
        let metadata = record.object().metadata();
        match self {
            Self::All => true,
            Self::Id(id) => metadata.id() == id,
            Self::DestroyReady { id, owner } => {
                !matches!(record, Record::Destroyed(_))
                    && metadata.is_destroy_ready()
                    && id.as_ref().is_none_or(|id| metadata.id() == id)
                    && owner.as_ref().is_none_or(|owner| metadata.owner() == owner)
            }
        }
    }
}

impl Collection {
    pub(crate) fn new(place: Place) -> Self {
        let contents =
            Contents { objects: BTreeSet::new(), history: History::new(), listeners: Arc::new([]) };
        Self { place: Arc::new(place), contents: Mutex::new(contents) }
    }

    pub(crate) fn place(&self) -> &Arc<Place> {
        &self.place
    }

    /// The metadata of a resource of this collection that is not there.
    pub(crate) fn metadata(&self, id: &str) -> Metadata {
        let mut metadata = Metadata::new("", "", id);
        metadata.set_place(&self.place);
        metadata
    }

    /// A panic while the lock is held leaves at worst a change without its record, so the lock is never given up.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the contents; listeners are woken after the lock is released.
    pub(crate) fn write<R, E>(
        &self,
        change: impl FnOnce(&mut Contents) -> Result<(R, Option<Record>), E>,
    ) -> Result<R, E> {
        let mut contents = self.lock();
        let (result, record) = change(&mut contents)?;
        let Some(record) = record else { return Ok(result) };
        let listeners = Arc::clone(&contents.listeners);
        let told = (!listeners.is_empty()).then(|| record.clone());
        let forgotten = contents.history.push(record);
        drop(contents);
        drop(forgotten);
        if let Some(record) = told {
            listeners.iter().filter(|l| l.interest.includes(&record)).for_each(|l| l.signal.set());
        }
        Ok(result)
    }

    /// Wakes everybody, whatever their interest.
    pub(crate) fn wake_all(&self) {
        let listeners = Arc::clone(&self.lock().listeners);
        listeners.iter().for_each(|listener| listener.signal.set());
    }

    /// Wakes `signal` with each change of interest, until the subscription is dropped.
    pub(crate) fn subscribe(
        self: &Arc<Self>,
        interest: Interest,
        signal: Arc<Signal>,
    ) -> Subscription {
        let interest = Arc::new(interest);
        let mut contents = self.lock();
        let listener = Listener { interest: Arc::clone(&interest), signal };
        contents.listeners = contents.listeners.iter().cloned().chain([listener]).collect();
        Subscription { collection: Arc::clone(self), interest }
    }
}

impl fmt::Debug for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Collection({})", self.place)
    }
}

impl Contents {
    pub(crate) fn get(&self, id: &str) -> Option<&Object> {
        self.objects.get(id.as_bytes()).map(|ById(object)| object)
    }

    /// All resources, in the order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter().map(|ById(object)| object)
    }

    /// Puts a resource in, unless there is one of its id; tells whether it did.
    pub(crate) fn add(&mut self, object: Object) -> bool {
        self.objects.insert(ById(object))
    }

    /// Puts a resource in, and returns the one that had its id.
    pub(crate) fn insert(&mut self, object: Object) -> Option<Object> {
        self.objects.replace(ById(object)).map(|ById(object)| object)
    }

    /// Takes a resource out.
    pub(crate) fn remove(&mut self, id: &str) -> Option<Object> {
        self.objects.take(id.as_bytes()).map(|ById(object)| object)
    }
}

/// Bytes order as the text does, and need no look at their encoding.
impl Borrow<[u8]> for ById {
    fn borrow(&self) -> &[u8] {
        self.0.id().as_bytes()
    }
}

impl PartialEq for ById {
    fn eq(&self, other: &Self) -> bool {
        self.0.id() == other.0.id()
    }
}

impl Eq for ById {}

impl PartialOrd for ById {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ById {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.id().cmp(other.0.id())
    }
}

/// A listener's hold on a collection.
#[derive(Debug)]
pub(crate) struct Subscription {
    collection: Arc<Collection>,
    interest: Arc<Interest>,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut contents = self.collection.lock();
        contents.listeners = contents
            .listeners
            .iter()
            .filter(|listener| !Arc::ptr_eq(&listener.interest, &self.interest))
            .cloned()
            .collect();
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.kind)
    }
}
