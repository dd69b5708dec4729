//! The store: resources in memory, by namespace and kind, each change atomic and told to whoever watches.
//!
//! Each collection has a lock of its own; nothing here waits, and nothing outlives the process.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fmt,
    hash::{BuildHasher, RandomState},
    ops::Deref,
    sync::{Arc, PoisonError},
};

use crate::{
    collection::{Collection, Commons, Contents, Interest, Subscription},
    error::{Error, Key, OwnerConflict},
    history::{Record, Retention},
    meta::{self, Namespace, ResourceDefinition},
    metadata::{Common, Metadata, Phase, Place, Version},
    object::{Object, Resource},
    selector::Selector,
    shelf::{Entry, sorted},
    signal::Signal,
    spec::{DecodeError, Sensitivity, Spec},
    sync::{RwLock, RwLockReadGuard},
    text::{Id, Text},
    time::Clock,
    watch::{Watch, WatchRequest},
};

/// A store in memory. Clones are the same store.
#[derive(Clone)]
pub struct State(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    /// Tells bookmarks of this store from those of another, or of this one before a restart.
    cookie: u64,
    retention: Retention,
    collections: RwLock<Collections>,
    kinds: RwLock<BTreeMap<&'static str, Kind>>,
}

/// All collections in an order of their places: some hundred, made once and found often.
type Collections = Vec<(Place, Arc<Collection>)>;

/// A collection while it is in use: their list does not change meanwhile, so that nothing needs to be counted.
struct Found<'a> {
    collections: RwLockReadGuard<'a, Collections>,
    at: usize,
}

impl Deref for Found<'_> {
    type Target = Arc<Collection>;

    fn deref(&self) -> &Arc<Collection> {
        &self.collections[self.at].1
    }
}

/// What the store knows of a registered type.
#[derive(Clone, Copy)]
struct Kind {
    sensitivity: Sensitivity,
    decode: Decode,
}

/// Decodes the spec of an opaque resource of one type.
pub(crate) type Decode = fn(Object) -> Result<Object, DecodeError>;

/// Who updates a resource, and in which phase it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateOptions {
    /// The owner that the resource must have.
    pub owner: Text,
    /// The phase that the resource must be in; any if `None`.
    pub expected_phase: Option<Phase>,
}

impl UpdateOptions {
    /// An update by `owner` of a resource that is not being torn down.
    #[must_use]
    pub fn owner(owner: impl Into<Text>) -> Self {
        Self { owner: owner.into(), expected_phase: Some(Phase::Running) }
    }

    /// The same whatever the phase.
    #[must_use]
    pub fn any_phase(self) -> Self {
        Self { expected_phase: None, ..self }
    }
}

impl State {
    /// An empty store that knows of its own two types and their namespace.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::remembering(clock, Retention::default())
    }

    /// The same, remembering more or fewer changes of each kind.
    #[must_use]
    pub fn remembering(clock: Arc<dyn Clock>, retention: Retention) -> Self {
        let state = Self(Arc::new(Inner {
            clock,
            // The standard library seeds its hashers from the system's entropy.
            cookie: RandomState::new().hash_one(meta::NAMESPACE),
            retention,
            collections: RwLock::default(),
            kinds: RwLock::default(),
        }));
        state.register_namespace(meta::NAMESPACE, "Resource definitions and namespaces");
        state.register::<Namespace>();
        state.register::<ResourceDefinition>();
        state
    }

    /// Makes the type known: its definition becomes a resource, and specs that arrive in protobuf are decoded.
    pub fn register<T: Spec>(&self) {
        let kind = Kind { sensitivity: T::definition().sensitivity, decode: Object::decode::<T> };
        self.0.kinds.write().unwrap_or_else(PoisonError::into_inner).insert(T::TYPE, kind);
        let id = ResourceDefinition::id_of(T::TYPE);
        self.describe(Resource::new(meta::NAMESPACE, id, ResourceDefinition::of::<T>()).into());
    }

    /// Decodes specs of the type from now on, without describing it.
    pub(crate) fn learn(&self, name: &'static str, decode: Decode) {
        let kind = Kind { sensitivity: Sensitivity::Public, decode };
        let mut kinds = self.0.kinds.write().unwrap_or_else(PoisonError::into_inner);
        kinds.entry(name).or_insert(kind);
    }

    /// Makes the namespace known.
    pub fn register_namespace(&self, name: &str, description: &str) {
        let spec = Namespace { description: description.to_owned() };
        self.describe(Object::new(meta::NAMESPACE, name, spec));
    }

    /// A description is nobody's but the store's, so nothing can be in its way.
    fn describe(&self, object: Object) {
        if let Err(error) = self.write(object, &Text::from(meta::OWNER)) {
            tracing::error!(%error, "describe the store");
        }
    }

    /// Whether `kind` is registered, and who may read it.
    #[must_use]
    pub fn sensitivity(&self, kind: &str) -> Option<Sensitivity> {
        let kinds = self.0.kinds.read().unwrap_or_else(PoisonError::into_inner);
        kinds.get(kind).map(|kind| kind.sensitivity)
    }

    /// Whether the namespace is registered.
    #[must_use]
    pub fn has_namespace(&self, name: &str) -> bool {
        self.get(meta::NAMESPACE, Namespace::TYPE, name).is_some()
    }

    /// Decodes the spec of an opaque resource of a registered type; others stay as they are.
    ///
    /// # Errors
    /// The spec does not fit the type.
    pub fn decode(&self, object: Object) -> Result<Object, Error> {
        let kinds = self.0.kinds.read().unwrap_or_else(PoisonError::into_inner);
        let Some(kind) = kinds.get(object.metadata().kind().as_str()).copied() else {
            return Ok(object);
        };
        drop(kinds);
        let metadata = object.metadata().clone();
        (kind.decode)(object).map_err(|source| Error::decode(&metadata, source))
    }

    /// The resource, if it is there.
    #[must_use]
    pub fn get(&self, namespace: &str, kind: &str, id: &str) -> Option<Object> {
        self.find(namespace, kind)?.lock().objects.get(id).cloned()
    }

    /// The resources of a kind that `selector` chooses, in the order of their ids.
    #[must_use]
    pub fn list(&self, namespace: &str, kind: &str, selector: &Selector) -> Vec<Object> {
        let chosen = |object: &Object| selector.matches(object.metadata());
        let objects = self.find(namespace, kind).map(|found| found.lock().objects.choose(chosen));
        sorted(objects.unwrap_or_default())
    }

    /// Stores a new resource for `owner`, and returns it as stored.
    ///
    /// # Errors
    /// It exists, or says that somebody else owns it.
    pub fn create(&self, object: Object, owner: impl Into<Text>) -> Result<Object, Error> {
        let owner = owner.into();
        if !object.metadata().owner().is_empty() {
            check_owner(object.metadata(), &owner)?;
        }
        let collection = self.collection(object.metadata().place());
        collection.write(|contents| {
            let Contents { objects, commons, .. } = contents;
            let Entry::Vacant(entry) = objects.entry(object.id()) else {
                return Err(Error::AlreadyExists(object.metadata().into()));
            };
            let new = self.first(commons.of(collection.place(), &owner), object);
            entry.insert(new.clone());
            Ok((new.clone(), Some(Record::Created(new))))
        })
    }

    /// Replaces a resource that is still as the given one was when it was read, and returns it as stored.
    ///
    /// # Errors
    /// It does not exist, belongs to somebody else, was written since, or is in another phase than expected.
    pub fn update(&self, object: Object, options: &UpdateOptions) -> Result<Object, Error> {
        let metadata = object.metadata();
        let collection = self.existing(metadata.namespace(), metadata.kind(), metadata.id())?;
        collection.write(|contents| {
            let metadata = object.metadata();
            let Contents { objects, commons, .. } = contents;
            let found = objects.held(metadata.id());
            let mut entry = found.ok_or_else(|| Error::NotFound(metadata.into()))?;
            let current = entry.get().metadata();
            check(current, options)?;
            if current.version() != metadata.version() {
                return Err(Error::VersionConflict {
                    key: metadata.into(),
                    current: current.version(),
                    given: metadata.version(),
                });
            }
            let (old, new) = self.replace(commons, entry.get_mut(), object);
            Ok((new.clone(), Some(Record::Updated { old, new })))
        })
    }

    /// Creates the resource, or makes the existing one like it in spec, labels and annotations; writes nothing if it is like that.
    ///
    /// # Errors
    /// It belongs to somebody else, or is being torn down.
    pub fn write(&self, mut object: Object, owner: &Text) -> Result<Object, Error> {
        let collection = self.collection(object.metadata().place());
        collection.write(|contents| {
            let Contents { objects, commons, .. } = contents;
            let mut entry = match objects.entry(object.id()) {
                Entry::Occupied(entry) => entry,
                Entry::Vacant(entry) => {
                    let new = self.first(commons.of(collection.place(), owner), object);
                    entry.insert(new.clone());
                    return Ok((new.clone(), Some(Record::Created(new))));
                }
            };
            let current = entry.get();
            check(current.metadata(), &UpdateOptions::owner(owner))?;
            if alike(current, &object) {
                return Ok((current.clone(), None));
            }
            let metadata = object.edit();
            for finalizer in current.metadata().finalizers() {
                metadata.add_finalizer(finalizer);
            }
            let (old, new) = self.replace(commons, entry.get_mut(), object);
            Ok((new.clone(), Some(Record::Updated { old, new })))
        })
    }

    /// Removes a resource that nobody holds.
    ///
    /// # Errors
    /// It does not exist, belongs to somebody else, or is held.
    pub fn destroy(&self, namespace: &str, kind: &str, id: &str, owner: &str) -> Result<(), Error> {
        self.existing(namespace, kind, id)?.write(|contents| {
            let found = contents.objects.held(id);
            let entry = found.ok_or_else(|| not_found(namespace, kind, id))?;
            let metadata = entry.get().metadata();
            check_owner(metadata, owner)?;
            if !metadata.finalizers().is_empty() {
                return Err(Error::PendingFinalizers {
                    key: metadata.into(),
                    finalizers: metadata.finalizers().to_vec(),
                });
            }
            Ok(((), Some(Record::Destroyed(entry.remove().0))))
        })
    }

    /// Marks a resource as one that its owner wants gone; tells whether it can be destroyed at once.
    ///
    /// # Errors
    /// It does not exist or belongs to somebody else.
    pub fn teardown(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        owner: &str,
    ) -> Result<bool, Error> {
        let object = self.modify(namespace, kind, id, |metadata| {
            check_owner(metadata, owner)?;
            metadata.set_phase(Phase::TearingDown);
            Ok(())
        })?;
        Ok(object.metadata().finalizers().is_empty())
    }

    /// Holds a resource, so that it is not destroyed before it is let go.
    ///
    /// # Errors
    /// It does not exist or is being torn down.
    pub fn add_finalizer(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        finalizer: &str,
    ) -> Result<(), Error> {
        self.modify(namespace, kind, id, |metadata| {
            if metadata.has_finalizer(finalizer) {
                return Ok(());
            }
            check(metadata, &UpdateOptions::owner(metadata.owner()))?;
            metadata.add_finalizer(finalizer);
            Ok(())
        })
        .map(drop)
    }

    /// Lets go of a resource. Of one that is gone or was not held, this is the state already.
    ///
    /// # Errors
    /// None in this store.
    pub fn remove_finalizer(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        finalizer: &str,
    ) -> Result<(), Error> {
        let removed = self.modify(namespace, kind, id, |metadata| {
            metadata.remove_finalizer(finalizer);
            Ok(())
        });
        match removed {
            Err(Error::NotFound(_)) => Ok(()),
            other => other.map(drop),
        }
    }

    /// Begins to watch.
    ///
    /// # Errors
    /// The options exclude each other, or the bookmark is of another store or too old.
    pub fn watch(&self, request: WatchRequest) -> Result<Watch, Error> {
        let place = Place { kind: request.kind.clone(), namespace: request.namespace.clone() };
        Watch::begin(self.collection(&place), self.0.cookie, request)
    }

    /// The resource of type `T` in its default namespace.
    ///
    /// # Errors
    /// What is stored is not a `T`.
    pub fn get_as<T: Spec>(&self, id: &str) -> Result<Option<Resource<T>>, Error> {
        self.get_in(T::NAMESPACE, id)
    }

    /// The resource of type `T` in `namespace`.
    ///
    /// # Errors
    /// What is stored is not a `T`.
    pub fn get_in<T: Spec>(&self, namespace: &str, id: &str) -> Result<Option<Resource<T>>, Error> {
        self.get(namespace, T::TYPE, id).map(typed).transpose()
    }

    /// The resources of type `T` in its default namespace.
    ///
    /// # Errors
    /// What is stored is not a `T`.
    pub fn list_as<T: Spec>(&self) -> Result<Vec<Resource<T>>, Error> {
        self.list_in(T::NAMESPACE)
    }

    /// The resources of type `T` in `namespace`.
    ///
    /// # Errors
    /// What is stored is not a `T`.
    pub fn list_in<T: Spec>(&self, namespace: &str) -> Result<Vec<Resource<T>>, Error> {
        self.list(namespace, T::TYPE, &Selector::all()).into_iter().map(typed).collect()
    }

    /// Creates the resource, or updates its spec if that is another one.
    ///
    /// # Errors
    /// It belongs to somebody else, is being torn down, or is not a `T`.
    pub fn put<T: Spec>(
        &self,
        namespace: &str,
        id: impl Into<Id>,
        owner: &str,
        spec: T,
    ) -> Result<Resource<T>, Error> {
        typed(self.write(Object::new(namespace, id, spec), &Text::from(owner))?)
    }

    /// Makes a resource what it is in the store that this one mirrors.
    pub(crate) fn restore(&self, mut object: Object) {
        let collection = self.collection(object.metadata().place());
        let written: Result<(), Infallible> = collection.write(|contents| {
            let Contents { objects, commons, .. } = contents;
            let common = commons.of(collection.place(), object.metadata().owner());
            let entry = objects.entry(object.id());
            object.edit().share(common);
            let new = object.clone();
            Ok((
                (),
                match entry {
                    Entry::Occupied(entry) if *entry.get() == object => None,
                    Entry::Occupied(mut entry) => Some(Record::Updated {
                        old: std::mem::replace(entry.get_mut(), object),
                        new,
                    }),
                    Entry::Vacant(entry) => {
                        entry.insert(object);
                        Some(Record::Created(new))
                    }
                },
            ))
        });
        let Ok(()) = written;
    }

    /// Removes a resource that is gone from the store that this one mirrors.
    pub(crate) fn evict(&self, namespace: &str, kind: &str, id: &str) {
        let Some(collection) = self.find(namespace, kind) else { return };
        let written: Result<(), Infallible> = collection.write(|contents| {
            let found = contents.objects.held(id);
            Ok(((), found.map(|entry| Record::Destroyed(entry.remove().0))))
        });
        let Ok(()) = written;
    }

    /// Wakes everybody who subscribed to anything of the kind.
    pub(crate) fn wake_all(&self, namespace: &str, kind: &str) {
        if let Some(collection) = self.find(namespace, kind) {
            collection.wake_all();
        }
    }

    /// Wakes `signal` with each change of interest, until the subscription is dropped.
    pub(crate) fn subscribe(
        &self,
        namespace: &str,
        kind: &str,
        interest: Interest,
        signal: &Arc<Signal>,
    ) -> Subscription {
        let place = Place { kind: kind.into(), namespace: namespace.into() };
        self.collection(&place).subscribe(interest, Arc::clone(signal))
    }

    /// Changes the metadata of a resource as a new version of it, unless nothing changed.
    fn modify(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        change: impl FnOnce(&mut Metadata) -> Result<(), Error>,
    ) -> Result<Object, Error> {
        let collection = self.existing(namespace, kind, id)?;
        collection.write(|contents| {
            let Contents { objects, commons, .. } = contents;
            let found = objects.held(id);
            let mut entry = found.ok_or_else(|| not_found(namespace, kind, id))?;
            let current = entry.get();
            let mut new = current.clone();
            change(new.edit())?;
            if new.metadata() == current.metadata() {
                return Ok((current.clone(), None));
            }
            let (old, new) = self.replace(commons, entry.get_mut(), new);
            Ok((new.clone(), Some(Record::Updated { old, new })))
        })
    }

    /// The resource as its first version.
    fn first(&self, common: Arc<Common>, mut new: Object) -> Object {
        let now = self.0.clock.now();
        let metadata = new.edit();
        metadata.share(common);
        metadata.set_version(Version::UNDEFINED.next());
        metadata.set_times(now, now);
        new
    }

    /// Puts `new` in the place of `current`, as its next version; returns both.
    fn replace(
        &self,
        commons: &mut Commons,
        current: &mut Object,
        mut new: Object,
    ) -> (Object, Object) {
        let before = current.metadata();
        let metadata = new.edit();
        metadata.share(commons.of(before.place(), before.owner()));
        metadata.set_version(before.version().next());
        metadata.set_times(before.created(), self.0.clock.now());
        (std::mem::replace(current, new.clone()), new)
    }

    fn find(&self, namespace: &str, kind: &str) -> Option<Found<'_>> {
        let collections = self.0.collections.read().unwrap_or_else(PoisonError::into_inner);
        let at = position(&collections, namespace, kind).ok()?;
        Some(Found { collections, at })
    }

    fn existing(&self, namespace: &str, kind: &str, id: &str) -> Result<Found<'_>, Error> {
        self.find(namespace, kind).ok_or_else(|| not_found(namespace, kind, id))
    }

    fn collection(&self, place: &Place) -> Arc<Collection> {
        if let Some(found) = self.find(&place.namespace, &place.kind) {
            return Arc::clone(&found);
        }
        let mut collections = self.0.collections.write().unwrap_or_else(PoisonError::into_inner);
        let at = match position(&collections, &place.namespace, &place.kind) {
            Ok(at) => at,
            Err(at) => {
                let new = Collection::new(place.clone(), self.0.retention);
                collections.insert(at, (place.clone(), Arc::new(new)));
                at
            }
        };
        Arc::clone(&collections[at].1)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "State({:016x})", self.0.cookie)
    }
}

/// Where the collection is, or else where it belongs.
fn position(collections: &Collections, namespace: &str, kind: &str) -> Result<usize, usize> {
    // Most kinds differ in length, which needs no look at their letters.
    let order = |place: &Place| {
        (place.kind.len().cmp(&kind.len()))
            .then_with(|| place.kind.as_bytes().cmp(kind.as_bytes()))
            .then_with(|| place.namespace.as_bytes().cmp(namespace.as_bytes()))
    };
    collections.binary_search_by(|(place, _)| order(place))
}

/// Whether a resource may be updated so.
fn check(metadata: &Metadata, options: &UpdateOptions) -> Result<(), Error> {
    check_owner(metadata, &options.owner)?;
    match options.expected_phase {
        Some(expected) if expected != metadata.phase() => {
            Err(Error::PhaseConflict { key: metadata.into(), current: metadata.phase(), expected })
        }
        _ => Ok(()),
    }
}

/// Whether `owner` may change a resource.
fn check_owner(metadata: &Metadata, owner: &str) -> Result<(), Error> {
    if *metadata.owner() == *owner {
        return Ok(());
    }
    Err(Error::OwnerConflict(Box::new(OwnerConflict {
        key: Key::new(metadata.namespace(), metadata.kind(), metadata.id()),
        owner: metadata.owner().clone(),
        asked: owner.into(),
    })))
}

fn not_found(namespace: &str, kind: &str, id: &str) -> Error {
    Error::NotFound(Box::new(Key::new(namespace, kind, id)))
}

/// Whether a writer who wants `new` has nothing to write.
pub(crate) fn alike(old: &Object, new: &Object) -> bool {
    old.same_spec(new)
        && old.metadata().labels() == new.metadata().labels()
        && old.metadata().annotations() == new.metadata().annotations()
}

pub(crate) fn typed<T: Spec>(object: Object) -> Result<Resource<T>, Error> {
    object.into_typed().map_err(|(object, source)| Error::decode(object.metadata(), source))
}
