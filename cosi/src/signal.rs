//! A wake-up that remembers: set any number of times, seen once.
//!
//! One waiter, many wakers, no queue: whoever is woken looks at the store, which is the truth.

use std::{
    future::poll_fn,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

use futures_util::task::AtomicWaker;
use tokio::time::Instant;

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

    /// Takes a wake-up that is there, without waiting.
    pub(crate) fn take(&self) -> bool {
        self.set.swap(false, Ordering::AcqRel)
    }

    /// Waits for a wake-up and takes it.
    pub(crate) async fn wait(&self) {
        poll_fn(|cx| {
            self.waiter.register(cx.waker());
            if self.take() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// How long the wake-up that was taken last had been there.
    pub(crate) fn waited(&self) -> Duration {
        let since = self
            .since
            .as_ref()
            .and_then(|since| since.lock().unwrap_or_else(PoisonError::into_inner).take());
        since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn many_wakeups_are_one() {
        let signal = Signal::default();
        signal.set();
        signal.set();
        signal.wait().await;
        assert!(!signal.take());
    }

    #[tokio::test]
    async fn a_wakeup_during_the_wait_is_seen() {
        let signal = std::sync::Arc::new(Signal::default());
        let other = std::sync::Arc::clone(&signal);
        let setter = tokio::spawn(async move { other.set() });
        signal.wait().await;
        setter.await.unwrap();
    }
}
