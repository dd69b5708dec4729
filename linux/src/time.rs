//! The kernel's clocks and deadlines, `clock_gettime(2)`.
//!
//! `Duration` since a clock's zero is the instant type here: it can be stored, sent and compared.

use std::time::Duration;

use rustix::time::{ClockId, Timespec};

use crate::error::{Calling, Result};

/// A clock of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Time since boot, suspension included; never set.
    Boot,
    /// Time since boot without suspension; never set. Kernel messages carry it.
    Monotonic,
    /// Time since 1970-01-01T00:00:00Z; wrong until something sets it.
    Realtime,
}

impl Clock {
    fn id(self) -> ClockId {
        match self {
            Self::Boot => ClockId::Boottime,
            Self::Monotonic => ClockId::Monotonic,
            Self::Realtime => ClockId::Realtime,
        }
    }
}

/// The clock's reading; a realtime before 1970 reads as zero.
#[must_use]
pub fn now(clock: Clock) -> Duration {
    let time = rustix::time::clock_gettime(clock.id());
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or(0);
    u64::try_from(time.tv_sec).map_or(Duration::ZERO, |seconds| Duration::new(seconds, nanoseconds))
}

/// Steps the realtime clock to `since_epoch`.
///
/// # Errors
/// Without `CAP_SYS_TIME`, or for a time before the machine's boot (`clock_settime(2)`, EINVAL).
pub fn set_realtime(since_epoch: Duration) -> Result<()> {
    let time = Timespec {
        tv_sec: i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: since_epoch.subsec_nanos().into(),
    };
    rustix::time::clock_settime(ClockId::Realtime, time).calling("clock_settime", "CLOCK_REALTIME")
}

/// A moment of the monotonic clock before which something has to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Duration);

impl Deadline {
    /// The moment `wait` from now.
    #[must_use]
    pub fn after(wait: Duration) -> Self {
        Self(now(Clock::Monotonic).saturating_add(wait))
    }

    /// How long until then; zero once it has passed. The timeout for [`crate::poll::wait`].
    #[must_use]
    pub fn remaining(self) -> Duration {
        self.0.saturating_sub(now(Clock::Monotonic))
    }

    /// Whether it has passed.
    #[must_use]
    pub fn passed(self) -> bool {
        self.remaining().is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_run_forward() {
        let before = now(Clock::Monotonic);
        assert!(now(Clock::Monotonic) >= before);
        assert!(now(Clock::Boot) >= before);
        assert!(now(Clock::Realtime) > Duration::from_secs(1_700_000_000));
    }

    #[test]
    fn deadlines_pass() {
        assert!(Deadline::after(Duration::ZERO).passed());
        let later = Deadline::after(Duration::from_secs(60));
        assert!(!later.passed());
        assert!(later.remaining() > Duration::from_secs(50));
        assert!(later > Deadline::after(Duration::ZERO));
    }
}
