//! The last changes of one collection, numbered, for watchers to read at their own pace.
//!
//! A change's number is its position since the collection began. Watchers keep a position and come back; nobody holds the writer up.
//! What is kept is bounded twice: by the number of changes, and by the memory that only they still hold.

use std::collections::VecDeque;

use crate::object::Object;

/// How much a collection remembers of its changes. A watcher that falls further behind must begin anew.
///
/// The [`LEAST`](Retention::LEAST) latest changes are kept whatever they weigh, so that a watcher that waits sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Changes at most.
    pub changes: usize,
    /// Bytes at most of resources as they were before the changes, roughly: what is kept for the history's sake alone.
    pub bytes: usize,
}

impl Retention {
    /// Changes that are kept in any case.
    pub const LEAST: usize = 16;
}

impl Default for Retention {
    /// A thousand changes outlast a reconnect of a busy watcher; half a mebibyte holds as many of ordinary resources, and
    /// a hundred kinds at their bound stay far below what a node can spare.
    fn default() -> Self {
        Self { changes: 1024, bytes: 512 * 1024 }
    }
}

/// Room for changes at first; most collections never see more.
const INITIAL: usize = 8;

/// Changes next to be forgotten that no watch may begin at, since they could be gone before its first read.
const GAP: u64 = 4;

/// One change of a collection.
#[derive(Clone, Debug)]
pub(crate) enum Record {
    Created(Object),
    Updated { old: Object, new: Object },
    Destroyed(Object),
}

impl Record {
    /// The resource after the change; for a destroyed one, as it was last.
    pub(crate) fn object(&self) -> &Object {
        match self {
            Self::Created(object) | Self::Destroyed(object) => object,
            Self::Updated { new, .. } => new,
        }
    }

    /// Bytes that the store would be free of without this record: the resource as it was before the change.
    ///
    /// As it was after, it is in the store, or is what a later change replaced.
    fn weight(&self) -> usize {
        let gone = match self {
            Self::Created(_) => 0,
            Self::Updated { old: object, .. } | Self::Destroyed(object) => object.weight(),
        };
        size_of::<Self>() + gone
    }
}

/// # Invariants
/// `records` holds the changes at positions `end - records.len() .. end`, and `bytes` is what they weigh together.
/// Either is within the bounds, or there are no more records than are kept in any case.
#[derive(Debug)]
pub(crate) struct History {
    records: VecDeque<Record>,
    end: u64,
    bytes: usize,
    retention: Retention,
}

/// Changes that a newer one has pushed out, to be dropped outside of locks.
#[derive(Debug, Default)]
pub(crate) struct Forgotten {
    first: Option<Record>,
    more: Vec<Record>,
}

impl History {
    pub(crate) fn new(retention: Retention) -> Self {
        Self { records: VecDeque::new(), end: 0, bytes: 0, retention }
    }

    /// The position of the next change.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// The position of the oldest change that is still there.
    pub(crate) fn start(&self) -> u64 {
        self.end - self.records.len() as u64
    }

    /// The oldest position that a watch may begin at.
    pub(crate) fn floor(&self) -> u64 {
        let forgets = self.start() > 0 || self.records.len() >= self.most();
        if forgets { self.start() + GAP } else { 0 }
    }

    /// Adds a change, and forgets the oldest when there is no room.
    pub(crate) fn push(&mut self, record: Record) -> Forgotten {
        if self.records.capacity() == 0 {
            self.records.reserve_exact(INITIAL);
        }
        let mut forgotten = Forgotten::default();
        if self.records.len() >= self.most() {
            forgotten.first = self.forget();
        }
        self.bytes += record.weight();
        self.records.push_back(record);
        self.end += 1;
        while self.bytes > self.retention.bytes && self.records.len() > Retention::LEAST {
            forgotten.more.extend(self.forget());
        }
        forgotten
    }

    /// The change at `position`, if it is still there.
    pub(crate) fn get(&self, position: u64) -> Option<&Record> {
        let index = position.checked_sub(self.start())?;
        self.records.get(usize::try_from(index).ok()?)
    }

    /// The changes from `position` on, each with its own position; `None` if some of them are forgotten.
    pub(crate) fn since(&self, position: u64) -> Option<impl Iterator<Item = (u64, &Record)>> {
        let skip = usize::try_from(position.checked_sub(self.start())?).ok()?;
        Some((position..).zip(self.records.range(skip.min(self.records.len())..)))
    }

    fn forget(&mut self) -> Option<Record> {
        let oldest = self.records.pop_front()?;
        self.bytes = self.bytes.saturating_sub(oldest.weight());
        Some(oldest)
    }

    /// Records at most.
    fn most(&self) -> usize {
        self.retention.changes.max(Retention::LEAST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Note;

    const CHANGES: usize = 1024;

    fn note(text: &str) -> Object {
        Object::new("ns", "id", Note::new("", text))
    }

    fn filled(count: usize) -> History {
        let mut history = History::new(Retention { changes: CHANGES, bytes: 1 << 20 });
        for number in 0..count {
            let object = Object::new("ns", number.to_string(), Note::new("", ""));
            drop(history.push(Record::Created(object)));
        }
        history
    }

    #[test]
    fn begins_small_and_loses_nothing_until_it_is_full() {
        let history = filled(INITIAL);
        assert_eq!(history.records.capacity(), INITIAL);
        let history = filled(CHANGES - 1);
        assert_eq!((history.floor(), history.end()), (0, CHANGES as u64 - 1));
    }

    #[test]
    fn forgets_the_oldest_and_keeps_a_gap() {
        let history = filled(CHANGES + 10);
        assert_eq!((history.start(), history.floor()), (10, 10 + GAP));
        assert!(history.since(9).is_none() && history.get(9).is_none());
        let (position, record) = history.since(10).unwrap().next().unwrap();
        assert_eq!((position, record.object().id().as_str()), (10, "10"));
        assert_eq!(history.since(history.end()).unwrap().count(), 0);
    }

    #[test]
    fn what_weighs_much_is_forgotten_sooner() {
        let budget = 1 << 20;
        let mut history = History::new(Retention { changes: CHANGES, bytes: budget });
        let (small, large) = (note("small"), note(&"x".repeat(20_000)));
        for _ in 0..200 {
            drop(history.push(Record::Updated { old: small.clone(), new: large.clone() }));
        }
        assert_eq!(history.start(), 0, "the large one is in the store anyway");
        for _ in 0..200 {
            drop(history.push(Record::Updated { old: large.clone(), new: large.clone() }));
            assert!(history.bytes <= budget);
        }
        assert_eq!(history.records.len(), budget / (large.weight() + size_of::<Record>()));
        assert_eq!(history.floor(), history.start() + GAP);
        // One push can push out many.
        let huge = note(&"x".repeat(600_000));
        let forgotten = history.push(Record::Destroyed(huge));
        assert!(forgotten.more.len() > 10, "{}", forgotten.more.len());
        assert!(history.bytes <= budget);
    }

    #[test]
    fn the_latest_are_kept_whatever_they_weigh() {
        let mut history = History::new(Retention { changes: 0, bytes: 0 });
        let object = note(&"x".repeat(20_000));
        for _ in 0..100 {
            drop(history.push(Record::Destroyed(object.clone())));
        }
        assert_eq!(history.records.len(), Retention::LEAST);
        for _ in 0..Retention::LEAST {
            drop(history.push(Record::Created(object.clone())));
        }
        assert_eq!(history.bytes, Retention::LEAST * size_of::<Record>(), "forgotten is unweighed");
    }
}
