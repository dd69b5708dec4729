//! Log lines: to standard error, which init and machined keep.
//!
//! No filters, no colours, no times: whoever keeps the lines stamps them.

use std::fmt::{Debug, Write as _};
use std::io::Write as _;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Writes each event of level info or worse as one line.
#[derive(Debug)]
pub(crate) struct Lines;

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let level = event.metadata().level().as_str().to_ascii_lowercase();
        let text = format!("{level}: {}{}\n", line.message, line.fields);
        // Nobody is left to tell.
        std::io::stderr().lock().write_all(text.as_bytes()).ok();
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing to a String cannot be refused.
        match field.name() {
            "message" => write!(self.message, "{value:?}").ok(),
            name => write!(self.fields, " {name}={value:?}").ok(),
        };
    }
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        // Writing to a String cannot be refused.
        write!(text, ": {cause}").ok();
        next = cause.source();
    }
    text
}

/// Between two lines about strangers: anybody can cause them, so they must not fill a log.
const PAUSE: Duration = Duration::from_secs(10);

/// Lets a line through now and then, and says how many it kept back.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<(Option<Instant>, u64)>);

impl Throttle {
    /// How many lines were kept back since the last one, if this one may be written.
    pub(crate) fn pass(&self, now: Instant) -> Option<u64> {
        let mut held = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (last, kept) = &mut *held;
        if last.is_some_and(|last| now < last + PAUSE) {
            *kept += 1;
            return None;
        }
        *last = Some(now);
        Some(std::mem::take(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_cause_few_lines() {
        let throttle = Throttle::default();
        let now = Instant::now();
        assert_eq!(throttle.pass(now), Some(0));
        assert_eq!((throttle.pass(now), throttle.pass(now)), (None, None));
        assert_eq!(throttle.pass(now + PAUSE), Some(2));
        assert_eq!(throttle.pass(now + PAUSE), None);
    }
}
