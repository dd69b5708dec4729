//! The last changes of one collection, numbered, for watchers to read at their own pace.
//!
//! A change's number is its position since the collection began. Watchers keep a position and come back; nobody holds the writer up.

use std::collections::VecDeque;

use crate::object::Object;

/// Changes kept per collection. A watcher that falls further behind must begin anew.
pub(crate) const CAPACITY: usize = 1024;

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
}

/// # Invariants
/// `records` holds the changes at positions `end - records.len() .. end`.
#[derive(Debug)]
pub(crate) struct History {
    records: VecDeque<Record>,
    end: u64,
}

impl History {
    pub(crate) fn new() -> Self {
        Self { records: VecDeque::new(), end: 0 }
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
        if self.records.len() < CAPACITY { self.start() } else { self.start() + GAP }
    }

    /// Adds a change; forgets the oldest when there is no room, and returns it, to be dropped outside of locks.
    pub(crate) fn push(&mut self, record: Record) -> Option<Record> {
        if self.records.capacity() == 0 {
            self.records.reserve_exact(INITIAL);
        }
        let oldest = if self.records.len() < CAPACITY { None } else { self.records.pop_front() };
        self.records.push_back(record);
        self.end += 1;
        oldest
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Note;

    fn filled(count: usize) -> History {
        let mut history = History::new();
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
        let history = filled(CAPACITY - 1);
        assert_eq!((history.floor(), history.end()), (0, CAPACITY as u64 - 1));
    }

    #[test]
    fn forgets_the_oldest_and_keeps_a_gap() {
        let history = filled(CAPACITY + 10);
        assert_eq!((history.start(), history.floor()), (10, 10 + GAP));
        assert!(history.since(9).is_none() && history.get(9).is_none());
        let (position, record) = history.since(10).unwrap().next().unwrap();
        assert_eq!((position, record.object().id().as_str()), (10, "10"));
        assert_eq!(history.since(history.end()).unwrap().count(), 0);
    }
}
