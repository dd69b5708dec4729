//! One controller in motion: woken, run once, told when to run again.
//!
//! [`Driver::run`] is synchronous and knows no time, so that whoever drives it chooses the order and the clock.

use std::{
    any::Any,
    error::Error as StdError,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

use super::{
    context::{Context, Hold, Wish},
    declaration::Declaration,
    gauge::Gauge,
    store::Store,
};
use crate::{collection::Subscription, error::chain, signal::Signal, text::Text};

/// Whatever a controller fails with.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Wait after a first failure, and at least this long after any: quick for what passes by itself.
pub(crate) const FIRST_BACKOFF: Duration = Duration::from_millis(100);

/// Longest wait between attempts without new facts: an operator who repairs something outside should see it work.
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);

/// What the account of a panic begins with.
pub(crate) const PANIC: &str = "panic: ";

/// Makes resources what they should be, from what others are.
pub trait Controller: Send + 'static {
    /// The name, the inputs and the outputs.
    fn declaration(&self) -> &'static Declaration;

    /// Called once, before the first `reconcile`, within the async runtime: the place to spawn what watches the outside.
    fn start(&mut self, waker: Waker) {
        drop(waker);
    }

    /// Looks at everything and takes the steps that are needed; synchronous and short.
    ///
    /// Called at the start and after each change of an input, but not once per change.
    /// After a panic the controller goes on with the fields it has, so none of them may be needed to be right.
    ///
    /// # Errors
    /// What could not be done; it is tried again, later each time, or soon after an input changes.
    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError>;
}

/// Wakes a controller on events outside of the store.
#[derive(Clone, Debug)]
pub struct Waker(Arc<Signal>);

impl Waker {
    /// Makes the controller reconcile. Several calls before it does are one.
    pub fn wake(&self) {
        self.0.set();
    }
}

/// When a controller runs again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// When it is woken, and after this time if there is one.
    Woken(Option<Duration>),
    /// After this time; a little earlier if it is woken.
    Retry(Duration),
}

/// A controller and what it needs to run.
pub(crate) struct Driver {
    controller: Box<dyn Controller>,
    store: Arc<dyn Store>,
    owner: Text,
    gauge: Arc<Gauge>,
    hold: Hold,
    /// Failures since the last success.
    failures: u32,
    _inputs: Vec<Subscription>,
}

impl Driver {
    /// Subscribes to the inputs and starts the controller.
    pub(crate) fn start(
        mut controller: Box<dyn Controller>,
        store: Arc<dyn Store>,
        gauge: Arc<Gauge>,
    ) -> Self {
        let declaration = controller.declaration();
        let inputs = subscribe(declaration, &*store, &gauge.signal);
        controller.start(Waker(Arc::clone(&gauge.signal)));
        Self {
            owner: declaration.name.into(),
            controller,
            store,
            gauge,
            hold: Hold::new(),
            failures: 0,
            _inputs: inputs,
        }
    }

    /// Lets the controller reconcile once.
    pub(crate) fn run(&mut self) -> Next {
        let waited = self.gauge.begin();
        let begun = Instant::now();
        let mut cx = Context {
            declaration: self.controller.declaration(),
            store: &*self.store,
            owner: &self.owner,
            signal: &self.gauge.signal,
            hold: &mut self.hold,
            touched: None,
            wish: Wish::default(),
        };
        let failure = guarded(|| self.controller.reconcile(&mut cx)).err();
        let wish = cx.wish;
        if wish.inputs {
            self.gauge.set_edges(self.hold.edges(self.controller.declaration().name));
        }
        if wish.reset_backoff || failure.is_none() {
            self.failures = 0;
        }
        let next = match &failure {
            None => Next::Woken(wish.requeue),
            Some(failure) => {
                let retry = backoff(self.failures);
                self.failures = self.failures.saturating_add(1);
                let controller = self.owner.as_str();
                tracing::warn!(controller, ?retry, "{failure}");
                Next::Retry(retry)
            }
        };
        self.gauge.record(failure, begun.elapsed(), waited);
        self.gauge.set_running(false);
        next
    }

    /// Waits until the controller is to run again.
    pub(crate) async fn wait(gauge: &Gauge, next: Next) {
        let woken = gauge.signal.ready();
        match next {
            Next::Woken(None) => woken.await,
            Next::Woken(Some(delay)) => drop(tokio::time::timeout(delay, woken).await),
            Next::Retry(delay) => {
                // New facts are a reason to try before the time, but not to try without pause.
                tokio::time::sleep(FIRST_BACKOFF).await;
                drop(tokio::time::timeout(delay.saturating_sub(FIRST_BACKOFF), woken).await);
            }
        }
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Driver({})", self.owner)
    }
}

/// Wakes `signal` with each change of the declared inputs.
pub(crate) fn subscribe(
    declaration: &Declaration,
    store: &dyn Store,
    signal: &Arc<Signal>,
) -> Vec<Subscription> {
    let inputs = declaration.inputs.iter();
    inputs.map(|i| store.subscribe(i.namespace, i.kind, i.interest(), signal)).collect()
}

/// Runs what a controller does; tells how it failed. A panic is a failure.
pub(crate) fn guarded<R>(run: impl FnOnce() -> Result<R, BoxError>) -> Result<R, String> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(error)) => Err(chain(&*error)),
        Err(panic) => Err(format!("{PANIC}{}", message(&*panic))),
    }
}

/// The wait after one more failure than `earlier` ones.
pub(crate) fn backoff(earlier: u32) -> Duration {
    FIRST_BACKOFF.saturating_mul(1 << earlier.min(16)).min(LONGEST_BACKOFF)
}

/// What a panic said.
pub(crate) fn message(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "of unknown kind",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_up_to_its_longest() {
        let waits = [0, 1, 2, 8, 9, u32::MAX].map(|earlier| backoff(earlier).as_millis());
        assert_eq!(waits, [100, 200, 400, 25_600, 30_000, 30_000]);
    }
}
