//! When machined is started again: at once, but not over and over.

use std::time::Duration;

/// A life longer than this was not spent on failing to start.
const SETTLED: Duration = Duration::from_secs(1);

/// The first pause, short beside the second in which machined is promised to be back.
const FIRST: Duration = Duration::from_millis(100);

/// The longest pause: an operator who has repaired something does not wait longer.
const LONGEST: Duration = Duration::from_secs(5);

/// The next pause after a short life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Restart(Duration);

impl Restart {
    pub(super) const fn new() -> Self {
        Self(FIRST)
    }

    /// How long to wait after a life of this length.
    pub(super) fn after(&mut self, lived: Duration) -> Duration {
        if lived > SETTLED {
            self.0 = FIRST;
            return Duration::ZERO;
        }
        let pause = self.0;
        self.0 = pause.saturating_mul(2).min(LONGEST);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lives_are_followed_by_longer_and_longer_pauses() {
        let mut restart = Restart::new();
        let pauses: Vec<u128> =
            (0..8).map(|_| restart.after(Duration::from_millis(10)).as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    }

    #[test]
    fn after_a_life_there_is_no_pause() {
        let mut restart = Restart::new();
        restart.after(Duration::ZERO);
        restart.after(Duration::ZERO);
        assert_eq!(restart.after(Duration::from_secs(2)), Duration::ZERO);
        assert_eq!(restart.after(Duration::from_secs(1)), FIRST);
    }
}
