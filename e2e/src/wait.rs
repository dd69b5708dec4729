//! Deadlines and polling. A desktop program without an async runtime: this is its only clock.

use std::time::Duration;

use anyhow::{Result, bail};

/// Between two looks at something that tells nobody when it changes.
const AGAIN: Duration = Duration::from_millis(50);

#[expect(clippy::disallowed_types, reason = "no async runtime here, and no test that pauses time")]
type Instant = std::time::Instant;

/// A point in time that waiting ends at.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    begun: Instant,
    limit: Duration,
}

impl Deadline {
    /// A deadline `limit` from now.
    #[must_use]
    pub fn after(limit: Duration) -> Self {
        Self { begun: Instant::now(), limit }
    }

    /// How long it has been since it was set.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// What is left, zero when it is over.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.limit.saturating_sub(self.elapsed())
    }

    /// Whether it is over.
    #[must_use]
    pub fn over(&self) -> bool {
        self.left().is_zero()
    }
}

/// Does nothing for a while.
pub fn pause(time: Duration) {
    #[expect(clippy::disallowed_methods, reason = "what is polled has no event to wait for")]
    std::thread::sleep(time);
}

/// Asks `look` until it finds something, and returns that.
///
/// # Errors
/// After `limit`, `what` and the last reason that `look` gave; a look itself may take longer.
pub fn until<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Result<T>) -> Result<T> {
    let deadline = Deadline::after(limit);
    loop {
        match look() {
            Ok(found) => return Ok(found),
            Err(error) if deadline.over() => {
                bail!("{what}: not within {} s: {error:#}", limit.as_secs())
            }
            Err(_) => pause(AGAIN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_ends_with_what_was_found_or_with_the_last_reason() {
        let mut left = 3;
        let found = until(Duration::from_secs(5), "countdown", || {
            left -= 1;
            if left == 0 { Ok("done") } else { bail!("{left} to go") }
        });
        assert_eq!(found.expect("found"), "done");
        let error = until::<()>(Duration::ZERO, "never", || bail!("no")).expect_err("over");
        assert_eq!(error.to_string(), "never: not within 0 s: no");
    }
}
