//! Log lines: one write each to standard error, which machined keeps.

use std::fmt::Arguments;
use std::io::Write;

/// Says one line.
pub(crate) fn say(text: Arguments<'_>) {
    // Nobody is left to tell when standard error is closed.
    drop(std::io::stderr().write_all(format!("{text}\n").as_bytes()));
}
