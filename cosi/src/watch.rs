//! Watching a collection, or one resource of it.
//!
//! A watch owns a position in the collection's history and reads on from there; the writer only rings a bell.
//! A watch that falls out of the history ends with an error event, never silently.

use std::{fmt, sync::Arc};

use crate::{
    collection::{Collection, Interest, Subscription},
    error::Error,
    history::Record,
    object::Object,
    selector::Selector,
    shelf::sorted,
    signal::Signal,
    spec::Spec,
    text::{Id, Text},
};

/// What to watch, and from where.
#[derive(Clone, Debug)]
pub struct WatchRequest {
    /// The namespace.
    pub namespace: Text,
    /// The resource type.
    pub kind: Text,
    /// One resource, or the whole kind.
    pub id: Option<Id>,
    /// Where to begin.
    pub start: Start,
    /// Which resources of the kind.
    pub selector: Selector,
    /// Whether to begin with an event that only carries a bookmark.
    pub bookmark: bool,
}

/// Where a watch begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// With the next change. A watch of one resource begins with that resource as it is.
    #[default]
    Now,
    /// With everything that is there, then [`Change::Bootstrapped`], then the changes.
    Contents,
    /// With the last changes, at most so many.
    Tail(usize),
    /// With the change after this one.
    After(Bookmark),
}

impl WatchRequest {
    /// A watch of a kind, from the next change on.
    #[must_use]
    pub fn kind(namespace: impl Into<Text>, kind: impl Into<Text>) -> Self {
        Self {
            namespace: namespace.into(),
            kind: kind.into(),
            id: None,
            start: Start::Now,
            selector: Selector::all(),
            bookmark: false,
        }
    }

    /// A watch of the resources of type `T` in their default namespace.
    #[must_use]
    pub fn of<T: Spec>() -> Self {
        Self::kind(T::NAMESPACE, T::TYPE)
    }

    /// Watches one resource only.
    #[must_use]
    pub fn id(self, id: impl Into<Id>) -> Self {
        Self { id: Some(id.into()), ..self }
    }

    /// Begins with what is there.
    #[must_use]
    pub fn contents(self) -> Self {
        Self { start: Start::Contents, ..self }
    }

    /// Begins with the last `count` changes.
    #[must_use]
    pub fn tail(self, count: usize) -> Self {
        Self { start: Start::Tail(count), ..self }
    }

    /// Begins after the change that `bookmark` came with.
    #[must_use]
    pub fn after(self, bookmark: Bookmark) -> Self {
        Self { start: Start::After(bookmark), ..self }
    }

    /// Watches only what `selector` chooses.
    #[must_use]
    pub fn select(self, selector: Selector) -> Self {
        Self { selector, ..self }
    }

    /// Begins with an event that only carries a bookmark.
    #[must_use]
    pub fn with_bookmark(self) -> Self {
        Self { bookmark: true, ..self }
    }

    /// Refuses combinations that have no meaning.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.id.is_some() {
            if self.start == Start::Contents {
                return Err(Error::Unsupported("bootstrap_contents of one resource"));
            }
            if !self.selector.is_all() {
                return Err(Error::Unsupported("a selector of one resource"));
            }
            if self.bookmark {
                return Err(Error::Unsupported("bootstrap_bookmark of one resource"));
            }
        }
        Ok(())
    }
}

/// A place in the history of one collection of one store.
///
/// Opaque to everybody else: eight random bytes that the store drew when it began, then the position, big-endian.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bookmark([u8; 16]);

impl Bookmark {
    /// The bookmark that continues at `next`. It names the change before, which for the first is -1.
    pub(crate) fn before(cookie: u64, next: u64) -> Self {
        let position = next.wrapping_sub(1);
        Self((u128::from(cookie) << 64 | u128::from(position)).to_be_bytes())
    }

    /// The position to continue at, if the bookmark is of the store that drew `cookie`.
    pub(crate) fn next(self, cookie: u64) -> Option<u64> {
        let [first, second] = [&self.0[..8], &self.0[8..]]
            .map(|half| half.iter().fold(0_u64, |number, &byte| number << 8 | u64::from(byte)));
        (first == cookie).then_some(second.wrapping_add(1))
    }

    /// The bookmark as it travels.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl TryFrom<&[u8]> for Bookmark {
    type Error = Error;

    fn try_from(bytes: &[u8]) -> Result<Self, Error> {
        bytes.try_into().map(Self).or(Err(Error::InvalidBookmark))
    }
}

impl fmt::Debug for Bookmark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bookmark({:032x})", u128::from_be_bytes(self.0))
    }
}

/// What a watch tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What happened.
    pub change: Change,
    /// Where to resume after this event; an error has none, nor have the contents before [`Change::Bootstrapped`].
    pub bookmark: Option<Bookmark>,
}

/// What happened to a resource, or to the watch.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A resource is there: created, or entered the selection.
    Created(Object),
    /// A resource was written.
    Updated {
        /// As it was.
        old: Object,
        /// As it is.
        new: Object,
    },
    /// A resource is gone, or left the selection: as it was last, or a tombstone if it never was.
    Destroyed(Object),
    /// Everything that was there has been told.
    Bootstrapped,
    /// The watch lost its place and is over.
    Errored(String),
    /// Nothing; the event carries a bookmark.
    Noop,
}

impl Change {
    /// The resource that the change is about: as it is, or as it was last.
    #[must_use]
    pub fn object(&self) -> Option<&Object> {
        match self {
            Self::Created(object) | Self::Destroyed(object) | Self::Updated { new: object, .. } => {
                Some(object)
            }
            Self::Bootstrapped | Self::Errored(_) | Self::Noop => None,
        }
    }
}

/// A watch in progress. Dropping it ends it.
#[derive(Debug)]
pub struct Watch {
    collection: Arc<Collection>,
    cookie: u64,
    id: Option<Id>,
    selector: Selector,
    /// Events from before the first read of the history.
    first: Vec<Event>,
    next: u64,
    over: bool,
    signal: Arc<Signal>,
    _subscription: Subscription,
}

impl Watch {
    /// Begins a watch of `collection`.
    pub(crate) fn begin(
        collection: Arc<Collection>,
        cookie: u64,
        request: WatchRequest,
    ) -> Result<Self, Error> {
        request.check()?;
        let signal = Arc::new(Signal::default());
        let interest = request.id.clone().map_or(Interest::All, Interest::Id);
        // Subscribed before the first look, so that no change falls between the two.
        let subscription = collection.subscribe(interest, Arc::clone(&signal));
        let (first, next) = Self::start(&collection, cookie, &request)?;
        Ok(Self {
            collection,
            cookie,
            id: request.id,
            selector: request.selector,
            first,
            next,
            over: false,
            signal,
            _subscription: subscription,
        })
    }

    /// The events that come before the history is read, and the position to read it from.
    fn start(
        collection: &Collection,
        cookie: u64,
        request: &WatchRequest,
    ) -> Result<(Vec<Event>, u64), Error> {
        let contents = collection.lock();
        let end = contents.history.end();
        let mark = |change, next| Event { change, bookmark: Some(Bookmark::before(cookie, next)) };
        let mut first = Vec::new();
        let next = match (request.start, &request.id) {
            (Start::Now, None) => end,
            (Start::Now, Some(id)) => {
                let change = match contents.objects.get(id) {
                    Some(object) => Change::Created(object.clone()),
                    None => Change::Destroyed(Object::tombstone(collection.metadata(id))),
                };
                // No bookmark: it is how things are, not a change in the history.
                first.push(Event { change, bookmark: None });
                end
            }
            (Start::Contents, _) => {
                let chosen = |object: &Object| request.selector.matches(object.metadata());
                let objects = sorted(contents.objects.choose(chosen));
                // No bookmarks: who resumed after some of the contents would never see the rest.
                first.extend(
                    objects
                        .into_iter()
                        .map(|object| Event { change: Change::Created(object), bookmark: None }),
                );
                first.push(mark(Change::Bootstrapped, end));
                end
            }
            (Start::Tail(count), id) => {
                let floor = contents.history.floor();
                let of_id = |position: &u64| match id {
                    None => true,
                    Some(id) => {
                        contents.history.get(*position).is_some_and(|r| r.object().id() == id)
                    }
                };
                (floor..end).rev().filter(of_id).take(count).last().unwrap_or(end)
            }
            (Start::After(bookmark), _) => bookmark
                .next(cookie)
                .filter(|next| (contents.history.floor()..=end).contains(next))
                .ok_or(Error::InvalidBookmark)?,
        };
        if request.bookmark {
            first.push(mark(Change::Noop, next));
        }
        Ok((first, next))
    }

    /// The next events, at least one, in order; `None` once the watch is over.
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Vec<Event>> {
        loop {
            let events = self.take()?;
            if !events.is_empty() {
                return Some(events);
            }
            self.signal.ready().await;
        }
    }

    /// The events that are there, without waiting; `None` once the watch is over.
    pub fn take(&mut self) -> Option<Vec<Event>> {
        if self.over {
            return None;
        }
        if !self.first.is_empty() {
            return Some(std::mem::take(&mut self.first));
        }
        self.signal.take();
        let contents = self.collection.lock();
        let Some(records) = contents.history.since(self.next) else {
            let missed = contents.history.start() - self.next;
            drop(contents);
            self.over = true;
            let place = self.collection.place();
            let error = format!("watch of {place} fell behind: {missed} changes are forgotten");
            return Some(vec![Event { change: Change::Errored(error), bookmark: None }]);
        };
        let events = records
            .filter_map(|(position, record)| {
                let change = self.seen(record)?;
                let bookmark = Some(Bookmark::before(self.cookie, position + 1));
                Some(Event { change, bookmark })
            })
            .collect();
        self.next = contents.history.end();
        Some(events)
    }

    /// What the watch sees of a change: nothing, all, or something entering or leaving its selection.
    fn seen(&self, record: &Record) -> Option<Change> {
        if self.id.as_ref().is_some_and(|id| id != record.object().id()) {
            return None;
        }
        let chosen =
            |object: &Object| self.selector.is_all() || self.selector.matches(object.metadata());
        match record {
            Record::Created(object) => chosen(object).then(|| Change::Created(object.clone())),
            Record::Destroyed(object) => chosen(object).then(|| Change::Destroyed(object.clone())),
            Record::Updated { old, new } => match (chosen(old), chosen(new)) {
                (true, true) => Some(Change::Updated { old: old.clone(), new: new.clone() }),
                (true, false) => Some(Change::Destroyed(new.clone())),
                (false, true) => Some(Change::Created(new.clone())),
                (false, false) => None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        history::Retention,
        state::{State, UpdateOptions},
        testing::Note,
        time::SystemClock,
    };

    /// Updates a note of so many letters so often, and returns what a watcher sees who looks only then.
    fn late(retention: Retention, letters: usize, updates: usize) -> Vec<Event> {
        let state = State::remembering(Arc::new(SystemClock), retention);
        let note = Object::new("test", "a", Note::new("", &"x".repeat(letters)));
        let mut object = state.create(note, "").unwrap();
        let mut watch = state.watch(WatchRequest::of::<Note>()).unwrap();
        for _ in 0..updates {
            object = state.update(object, &UpdateOptions::owner("")).unwrap();
        }
        let events = watch.take().unwrap();
        let over = matches!(events[0].change, Change::Errored(_));
        assert_eq!(watch.take().is_none(), over, "an error is the last event, and only that");
        events
    }

    fn overrun(events: &[Event]) -> Option<&str> {
        match &events[0].change {
            Change::Errored(error) => Some(error),
            _ => None,
        }
    }

    #[test]
    fn large_resources_shorten_the_history_and_a_late_watcher_is_told() {
        let retention = Retention { changes: 1000, bytes: 64 * 1024 };
        assert_eq!(late(retention, 10, 200).len(), 200);
        let events = late(retention, 4000, 200);
        assert_eq!((events.len(), events[0].bookmark), (1, None));
        assert!(overrun(&events).unwrap().contains("fell behind"), "{events:?}");
        // The same resources within a larger budget, and within the count that is kept in any case.
        assert_eq!(late(Retention { bytes: 4 << 20, ..retention }, 4000, 200).len(), 200);
        assert_eq!(late(retention, 1 << 20, Retention::LEAST).len(), Retention::LEAST);
        assert!(overrun(&late(retention, 1 << 20, Retention::LEAST + 1)).is_some());
        // Of small ones, the number is what bounds.
        assert_eq!(late(Retention { changes: 100, ..retention }, 10, 100).len(), 100);
        assert!(overrun(&late(Retention { changes: 100, ..retention }, 10, 101)).is_some());
    }

    #[test]
    fn bookmarks_are_eight_random_bytes_and_a_big_endian_position() {
        let bookmark = Bookmark::before(0x0102_0304_0506_0708, 0x2a + 1);
        assert_eq!(bookmark.as_bytes(), &[1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 42]);
        assert_eq!(bookmark.next(0x0102_0304_0506_0708), Some(43));
        assert_eq!(bookmark.next(1), None);
        assert_eq!(Bookmark::before(1, 0).as_bytes()[8..], [0xff; 8]);
        assert_eq!(Bookmark::before(1, 0).next(1), Some(0));
        Bookmark::try_from(&[0; 15][..]).unwrap_err();
    }
}
