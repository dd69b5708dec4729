//! The event stream of the machine: a bounded ring that any number of readers follow.
//!
//! Readers keep a position and read at their own pace; one that falls behind the ring skips what is
//! gone. Nothing here knows what an event means.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::xid::{Xid, XidSource};

/// Events kept for readers that come later; the number that clients know from the peer.
const CAPACITY: usize = 1000;

/// What happened, ready for the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// Sorts by time.
    pub(crate) id: Xid,
    /// Full name of the protobuf message in `payload`.
    pub(crate) message: &'static str,
    /// The encoded message.
    pub(crate) payload: Vec<u8>,
    /// The call that caused it, if one did.
    pub(crate) actor: String,
}

/// Which of the kept events a reader wants first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tail {
    /// Only what is still to come.
    None,
    /// The last so many.
    Count(usize),
    /// All that are kept.
    All,
    /// Those after the event with this id.
    After(String),
    /// Those of the last so many seconds before the given time.
    Since(Duration),
}

/// The ring; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Events(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    ring: Mutex<Ring>,
    head: watch::Sender<u64>,
    ids: XidSource,
}

#[derive(Debug, Default)]
struct Ring {
    events: VecDeque<Arc<Event>>,
    /// Position of the first event in `events`.
    base: u64,
}

impl Ring {
    fn head(&self) -> u64 {
        self.base + self.events.len() as u64
    }
}

impl Events {
    /// An empty ring.
    pub(crate) fn new(ids: XidSource) -> Self {
        Self(Arc::new(Shared { ring: Mutex::default(), head: watch::Sender::new(0), ids }))
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.0.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends an event and wakes the readers.
    pub(crate) fn publish(&self, message: &'static str, payload: Vec<u8>, actor: &str) {
        let id = self.0.ids.next();
        let event = Event { id, message, payload, actor: actor.to_owned() };
        let mut ring = self.ring();
        if ring.events.len() == CAPACITY {
            ring.events.pop_front();
            ring.base += 1;
        }
        ring.events.push_back(Arc::new(event));
        let head = ring.head();
        drop(ring);
        self.0.head.send_replace(head);
    }

    /// An id for a message that is not in the ring: the greeting of a stream.
    pub(crate) fn fresh_id(&self) -> Xid {
        self.0.ids.next()
    }

    /// Starts to read.
    pub(crate) fn follow(&self, tail: &Tail) -> Reader {
        let head = self.0.head.subscribe();
        let ring = self.ring();
        let skip = match tail {
            Tail::None => ring.events.len(),
            Tail::All => 0,
            Tail::Count(count) => ring.events.len().saturating_sub(*count),
            Tail::After(id) => {
                ring.events.partition_point(|event| event.id.as_str() <= id.as_str())
            }
            Tail::Since(age) => {
                let from = self.0.ids.now().saturating_sub(age.as_secs());
                ring.events.partition_point(|event| event.id.seconds() < from)
            }
        };
        let next = ring.base + skip as u64;
        drop(ring);
        Reader { events: self.clone(), head, next }
    }
}

/// One reader's place in the ring.
#[derive(Debug)]
pub(crate) struct Reader {
    events: Events,
    head: watch::Receiver<u64>,
    next: u64,
}

impl Reader {
    /// The next event; waits for it. None when the ring is gone.
    pub(crate) async fn next(&mut self) -> Option<Arc<Event>> {
        let next = self.next;
        self.head.wait_for(|head| *head > next).await.ok()?;
        let ring = self.events.ring();
        let place = self.next.max(ring.base);
        let index = usize::try_from(place - ring.base).ok()?;
        let event = ring.events.get(index).cloned()?;
        drop(ring);
        self.next = place + 1;
        Some(event)
    }

    /// The last event with this message before the reader's place, if it is not older than `age`.
    pub(crate) fn last(&self, message: &str, age: Duration) -> Option<Arc<Event>> {
        let from = self.events.0.ids.now().saturating_sub(age.as_secs());
        let ring = self.events.ring();
        let before = usize::try_from(self.next.saturating_sub(ring.base)).ok()?;
        let mut events = ring.events.iter().take(before).rev();
        let found = events.find(|event| event.message == message);
        found.filter(|event| event.id.seconds() >= from).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring() -> Events {
        Events::new(XidSource::fixed(1_000))
    }

    async fn read(events: &Events, tail: Tail, count: usize) -> Vec<u8> {
        let mut reader = events.follow(&tail);
        let mut found = Vec::new();
        for _ in 0..count {
            found.push(reader.next().await.expect("an event").payload[0]);
        }
        found
    }

    #[tokio::test]
    async fn readers_get_the_tail_that_they_ask_for() {
        let events = ring();
        for number in 0..5 {
            events.publish("m", vec![number], "");
        }
        assert_eq!(read(&events, Tail::All, 5).await, [0, 1, 2, 3, 4]);
        assert_eq!(read(&events, Tail::Count(2), 2).await, [3, 4]);
        let second = events.follow(&Tail::All).next().await.expect("an event").id.clone();
        assert_eq!(read(&events, Tail::After(second.as_str().to_owned()), 1).await, [1]);
        assert_eq!(read(&events, Tail::Since(Duration::from_secs(5)), 5).await.len(), 5);
    }

    #[tokio::test]
    async fn a_reader_waits_for_what_comes() {
        let events = ring();
        events.publish("m", vec![1], "");
        let mut reader = events.follow(&Tail::None);
        let publisher = events.clone();
        let (event, ()) =
            tokio::join!(reader.next(), async move { publisher.publish("m", vec![2], "a") });
        assert_eq!(event.expect("an event").payload, [2]);
    }

    #[test]
    fn the_last_of_a_kind_is_found_before_the_readers_place() {
        let events = ring();
        let age = Duration::from_secs(60);
        assert_eq!(events.follow(&Tail::None).last("m", age), None);
        events.publish("m", vec![1], "");
        events.publish("m", vec![2], "");
        events.publish("other", vec![3], "");
        let reader = events.follow(&Tail::None);
        events.publish("m", vec![4], "");
        assert_eq!(reader.last("m", age).expect("an event").payload, [2]);
        assert_eq!(events.follow(&Tail::All).last("m", age), None);
    }

    #[tokio::test]
    async fn a_slow_reader_skips_what_is_gone() {
        let events = ring();
        let mut reader = events.follow(&Tail::All);
        for _ in 0..CAPACITY + 10 {
            events.publish("m", vec![0], "");
        }
        for _ in 0..CAPACITY {
            assert!(reader.next().await.is_some());
        }
        assert_eq!(reader.next, (CAPACITY + 10) as u64);
    }
}
