//! Where machined's own log lines go: into its log, which clients read, and to standard error, which
//! init points at the kernel's log on a machine and at the engine's in a container.

use std::fmt::{self, Write as _};
use std::io::Write as _;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::logs::Log;

/// Longest line on standard error: one write is one record of the kernel's log, which holds about
/// this much (LOG_LINE_MAX of kernel/printk/printk.c, less our prefix).
const LONGEST: usize = 960;

/// Writes events of level info and above.
pub(crate) struct Writer {
    log: Log,
}

impl Writer {
    /// A writer into that log.
    pub(crate) fn new(log: Log) -> Self {
        Self { log }
    }

    fn write(&self, metadata: &Metadata<'_>, text: &str) {
        let time = linux::time::now(linux::time::Clock::Boot);
        let level = metadata.level();
        let stamp = format!("[{:>5}.{:06}]", time.as_secs(), time.subsec_micros());
        self.log.write(format!("{stamp} {level} {text}\n").as_bytes());
        for line in text.lines() {
            let end = line.floor_char_boundary(LONGEST);
            let line = format!("machined: {}\n", line.get(..end).unwrap_or_default());
            // Nobody is left to tell when standard error is closed.
            drop(std::io::stderr().write_all(line.as_bytes()));
        }
    }
}

impl Subscriber for Writer {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // Libraries below us (h2, tower) speak of each frame at lower levels.
        *metadata.level() <= Level::INFO
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        self.write(event.metadata(), &text.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// An event's message, its fields behind it.
#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let written = if field.name() == "message" {
            write!(self.0, "{value:?}")
        } else {
            write!(self.0, " {}={value:?}", field.name())
        };
        debug_assert!(written.is_ok(), "text takes all that is written");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_time_level_text_and_fields() {
        let log = Log::default();
        tracing::subscriber::with_default(Writer::new(log.clone()), || {
            tracing::info!(link = "eth0", "a link is up");
            tracing::debug!("not shown");
        });
        let text = String::from_utf8(log.read(None).piece().expect("text")).expect("UTF-8");
        assert!(text.ends_with("INFO a link is up link=\"eth0\"\n"), "{text}");
        assert_eq!(text.lines().count(), 1);
    }
}
