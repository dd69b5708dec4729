//! Points in time, and the clock that a store asks for them.
//!
//! The store takes a clock rather than the system's time: a node boots before its time is right, and tests choose theirs.

use std::{
    fmt,
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, SystemTime},
};

/// Nanoseconds of one second.
const SECOND: i64 = 1_000_000_000;

/// Nanoseconds since 1970-01-01 00:00 UTC; 64 bits reach the year 2262.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The time `seconds` and `nanos` after the epoch; what does not fit becomes the nearest end of the range.
    #[must_use]
    pub const fn new(seconds: i64, nanos: i32) -> Self {
        Self(seconds.saturating_mul(SECOND).saturating_add(nanos as i64))
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// Nanoseconds within the second, 0 to 999,999,999.
    #[must_use]
    pub fn nanos(self) -> i32 {
        i32::try_from(self.0.rem_euclid(SECOND)).unwrap_or_default()
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let nanos = |span: Duration| i64::try_from(span.as_nanos()).unwrap_or(i64::MAX);
        Self(match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => nanos(after),
            Err(before) => -nanos(before.duration()),
        })
    }
}

impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        let span = Duration::from_nanos(time.0.unsigned_abs());
        if time.0 < 0 { Self::UNIX_EPOCH - span } else { Self::UNIX_EPOCH + span }
    }
}

/// Tells the time that resources are stamped with.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The present.
    fn now(&self) -> Timestamp;
}

/// The clock of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else takes")]
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }
}

/// A clock for tests: stands still until it is set.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Moves the clock to `time`, forwards or backwards.
    pub fn set(&self, time: Timestamp) {
        self.0.store(time.0, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_and_joins_on_both_sides_of_the_epoch() {
        for (seconds, nanos) in [(0, 0), (1, 5), (-1, 999_999_999), (1_700_000_000, 123)] {
            let time = Timestamp::new(seconds, nanos);
            assert_eq!((time.seconds(), time.nanos()), (seconds, nanos));
            assert_eq!(Timestamp::from(SystemTime::from(time)), time);
        }
    }
}
