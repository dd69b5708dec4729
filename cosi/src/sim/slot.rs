//! One controller of a simulation: what drives it, and when it may run.

use std::{sync::Arc, time::Duration};

use crate::engine::{Driver, FIRST_BACKOFF, Gauge, Next, QueueDriver};

/// What drives a controller.
pub(super) enum Motor {
    /// Absent while it runs.
    Whole(Option<Box<Driver>>),
    Queue(Arc<QueueDriver>),
}

/// One controller.
pub(super) struct Slot {
    pub(super) name: &'static str,
    pub(super) gauge: Arc<Gauge>,
    pub(super) motor: Motor,
    /// Runs of it that are under way.
    pub(super) running: usize,
    /// It has something to do that no signal tells of: it has never run, or its queue was not looked at to the end.
    pub(super) fresh: bool,
    /// It runs then, woken or not.
    timer: Option<Duration>,
    /// It does not run before.
    not_before: Duration,
    /// Something failed and is to be tried again.
    retrying: bool,
}

impl Slot {
    pub(super) fn new(name: &'static str, gauge: Arc<Gauge>, motor: Motor) -> Self {
        Self {
            name,
            gauge,
            motor,
            running: 0,
            fresh: true,
            timer: None,
            not_before: Duration::ZERO,
            retrying: false,
        }
    }

    fn may_run(&self) -> bool {
        match &self.motor {
            Motor::Whole(driver) => driver.is_some(),
            Motor::Queue(driver) => self.running < driver.concurrency(),
        }
    }

    fn woken(&self) -> bool {
        self.fresh || self.gauge.signal.is_set()
    }

    /// Whether the controller has something to do, now or as soon as it may.
    pub(super) fn restless(&self) -> bool {
        self.may_run() && (self.woken() || self.retrying)
    }

    /// When it runs, if nothing else happens.
    pub(super) fn due(&self) -> Option<Duration> {
        let at = if self.woken() { Some(self.not_before) } else { self.timer };
        at.filter(|_| self.may_run()).map(|at| at.max(self.not_before))
    }

    /// Keeps it from running before `time`.
    pub(super) fn delay(&mut self, time: Duration) {
        self.not_before = time;
    }

    /// It begins a run.
    pub(super) fn begin(&mut self) {
        (self.fresh, self.timer, self.retrying) = (false, None, false);
        self.running += 1;
    }

    /// A run of a whole controller has ended.
    pub(super) fn end(&mut self, now: Duration, next: Next) {
        match next {
            Next::Woken(delay) => self.timer = delay.map(|delay| now + delay),
            Next::Retry(delay) => {
                self.retrying = true;
                self.timer = Some(now + delay);
                self.not_before = now + FIRST_BACKOFF;
            }
        }
    }

    /// A queue has nothing to do before a time.
    pub(super) fn pause(&mut self, until: Option<Duration>, retrying: bool) {
        (self.fresh, self.timer, self.retrying) = (false, until, retrying);
    }
}
