//! The clock of a simulation: moves when the simulation says so.
//!
//! Each reading is a nanosecond later than the one before, so that no two writes have the same time.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use crate::time::{Clock, Timestamp};

/// When a simulation begins: a time that no test takes for the present.
const BEGIN: i64 = 1_000_000_000;

/// A clock that stands still between readings.
#[derive(Debug, Default)]
pub(super) struct Virtual(AtomicI64);

impl Virtual {
    /// Moves the clock to `time` after the beginning, unless it is later already.
    pub(super) fn advance(&self, time: Duration) {
        let time = i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
        self.0.fetch_max(time, Ordering::Relaxed);
    }
}

impl Clock for Virtual {
    fn now(&self) -> Timestamp {
        let nanos = self.0.fetch_add(1, Ordering::Relaxed);
        let second = Duration::from_secs(1).as_nanos().try_into().unwrap_or(i64::MAX);
        Timestamp::new(BEGIN + nanos / second, i32::try_from(nanos % second).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_forwards_only() {
        let clock = Virtual::default();
        clock.advance(Duration::from_millis(2500));
        clock.advance(Duration::from_secs(1));
        let first = clock.now();
        assert_eq!((first.seconds(), first.nanos()), (BEGIN + 2, 500_000_000));
        assert!(clock.now() > first);
    }
}
