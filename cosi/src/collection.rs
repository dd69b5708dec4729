//! The resources of one kind in one namespace: what is there, what happened, and who listens.

use std::{
    fmt,
    sync::{Arc, PoisonError},
};

use crate::{
    history::{History, Record, Retention},
    metadata::{Common, Metadata, Place},
    shelf::Shelf,
    signal::Signal,
    sync::{Mutex, MutexGuard},
    text::{Id, Text},
};

/// Owners in a collection, beyond which those without resources are forgotten; most kinds have one or two.
const OWNERS: usize = 16;

/// The resources of one kind in one namespace.
pub(crate) struct Collection {
    place: Place,
    contents: Mutex<Contents>,
}

/// What a collection's lock protects.
pub(crate) struct Contents {
    pub(crate) objects: Shelf,
    pub(crate) history: History,
    /// Shared with a writer who wakes them outside of the lock; then it is a copy that is changed.
    listeners: Arc<Vec<Listener>>,
    pub(crate) commons: Commons,
}

/// What resources have in common, once for each owner.
#[derive(Debug, Default)]
pub(crate) struct Commons(Vec<Arc<Common>>);

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
    pub(crate) fn new(place: Place, retention: Retention) -> Self {
        let contents = Contents {
            objects: Shelf::default(),
            history: History::new(retention),
            listeners: Arc::default(),
            commons: Commons::default(),
        };
        Self { place, contents: Mutex::new(contents) }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// The metadata of a resource of this collection that is not there.
    pub(crate) fn metadata(&self, id: &str) -> Metadata {
        Metadata::new(&self.place.namespace, &self.place.kind, id)
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
        let told = (!contents.listeners.is_empty())
            .then(|| (Arc::clone(&contents.listeners), record.clone()));
        let forgotten = contents.history.push(record);
        drop(contents);
        drop(forgotten);
        if let Some((listeners, record)) = told {
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
        Arc::make_mut(&mut contents.listeners).push(listener);
        Subscription { collection: Arc::clone(self), interest }
    }
}

impl fmt::Debug for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Collection({})", self.place)
    }
}

impl Commons {
    /// What resources of `owner` in the collection at `place` have in common.
    pub(crate) fn of(&mut self, place: &Place, owner: &Text) -> Arc<Common> {
        if let Some(common) = self.0.iter().find(|common| common.origin.owner == *owner) {
            return Arc::clone(common);
        }
        if self.0.len() >= OWNERS {
            // Those that no resource has any more.
            self.0.retain(|common| Arc::strong_count(common) > 1);
        }
        let common = Common::new(place.clone(), owner.clone());
        self.0.push(Arc::clone(&common));
        common
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
        Arc::make_mut(&mut contents.listeners)
            .retain(|listener| !Arc::ptr_eq(&listener.interest, &self.interest));
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.kind)
    }
}
