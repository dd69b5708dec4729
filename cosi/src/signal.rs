//! A wake-up that remembers: set any number of times, seen once.
//!
//! One waiter, many wakers, no queue: whoever is woken looks at the store, which is the truth.

use std::{
    future::poll_fn,
    sync::{Mutex, PoisonError, atomic::Ordering},
    task::Poll,
    time::Duration,
};

use tokio::time::Instant;

use crate::sync::{AtomicBool, AtomicWaker};

/// A wake-up for one waiter.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    set: AtomicBool,
    waiter: AtomicWaker,
    /// When it was set, for those who measure how long a wake-up takes.
    since: Option<Mutex<Option<Instant>>>,
}

impl Signal {
    /// A signal that also measures how long it stays set.
    pub(crate) fn measured() -> Self {
        Self { since: Some(Mutex::default()), ..Self::default() }
    }

    /// Wakes the waiter, unless it is awake already.
    pub(crate) fn set(&self) {
        if !self.set.swap(true, Ordering::AcqRel) {
            if let Some(since) = &self.since {
                *since.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            }
            self.waiter.wake();
        }
    }

    /// Whether there is a wake-up.
    pub(crate) fn is_set(&self) -> bool {
        self.set.load(Ordering::Acquire)
    }

    /// Takes the wake-up, before the look that it asks for; what happens during the look sets it again.
    ///
    /// Returns how long it had been there, if that is measured.
    pub(crate) fn take(&self) -> Duration {
        if !self.set.swap(false, Ordering::AcqRel) {
            return Duration::ZERO;
        }
        let since = self
            .since
            .as_ref()
            .and_then(|since| since.lock().unwrap_or_else(PoisonError::into_inner).take());
        since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Waits for a wake-up, and leaves it to be taken.
    pub(crate) async fn ready(&self) {
        poll_fn(|cx| {
            if self.is_set() {
                return Poll::Ready(());
            }
            self.waiter.register(cx.waker());
            // It may have been set between the look and the registration.
            if self.is_set() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn many_wakeups_are_one() {
        let signal = Signal::default();
        signal.set();
        signal.set();
        signal.ready().await;
        signal.take();
        assert!(!signal.is_set());
    }

    #[tokio::test]
    async fn a_wakeup_during_the_wait_is_seen() {
        let signal = Arc::new(Signal::default());
        let other = Arc::clone(&signal);
        let setter = tokio::spawn(async move { other.set() });
        signal.ready().await;
        setter.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn tells_how_long_it_was_there() {
        let signal = Signal::measured();
        signal.set();
        tokio::time::advance(Duration::from_secs(2)).await;
        signal.set();
        assert_eq!(signal.take(), Duration::from_secs(2));
        assert_eq!(signal.take(), Duration::ZERO);
    }
}
