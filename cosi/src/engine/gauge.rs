//! How a controller fares, as others see it.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{declaration::Edge, driver::PANIC};
use crate::signal::Signal;

/// How a controller fares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Finished runs, failures included.
    pub runs: u64,
    /// Runs that ended in an error or a panic.
    pub failures: u64,
    /// Runs that ended in a panic.
    pub panics: u64,
    /// The last failure, even if runs succeeded since.
    pub last_error: Option<String>,
    /// Time spent in runs.
    pub busy: Duration,
    /// Time between wake-ups and the runs that they led to.
    pub waited: Duration,
}

/// What others see of a controller.
#[derive(Debug)]
pub(crate) struct Gauge {
    pub(crate) signal: Arc<Signal>,
    metrics: Mutex<Metrics>,
    /// Dependencies that the controller has beyond its declaration.
    edges: Mutex<Vec<Edge>>,
    running: AtomicBool,
}

impl Gauge {
    pub(crate) fn new() -> Self {
        Self {
            signal: Arc::new(Signal::measured()),
            metrics: Mutex::default(),
            edges: Mutex::default(),
            // Until the first run is over, there is something to do.
            running: AtomicBool::new(true),
        }
    }

    /// A copy of the metrics.
    pub(crate) fn metrics(&self) -> Metrics {
        locked(&self.metrics).clone()
    }

    /// Dependencies that the controller has beyond its declaration.
    pub(crate) fn edges(&self) -> Vec<Edge> {
        locked(&self.edges).clone()
    }

    pub(crate) fn set_edges(&self, edges: Vec<Edge>) {
        *locked(&self.edges) = edges;
    }

    /// Takes the wake-up for a run; tells how long it had been there.
    pub(crate) fn begin(&self) -> Duration {
        self.set_running(true);
        self.signal.take()
    }

    /// Counts a run.
    pub(crate) fn record(&self, failure: Option<String>, busy: Duration, waited: Duration) {
        let mut metrics = locked(&self.metrics);
        metrics.runs += 1;
        metrics.busy += busy;
        metrics.waited += waited;
        if let Some(failure) = failure {
            metrics.failures += 1;
            metrics.panics += u64::from(failure.starts_with(PANIC));
            metrics.last_error = Some(failure);
        }
    }

    /// Says whether there is something to do, beside what the signal says.
    pub(crate) fn set_running(&self, running: bool) {
        self.running.store(running, Ordering::Release);
    }

    /// Whether the controller neither runs nor is woken.
    pub(crate) fn is_idle(&self) -> bool {
        !self.running.load(Ordering::Acquire) && !self.signal.is_set()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
