//! What nodes are doing, told as it changes: on a terminal one line per node that is kept up to date,
//! else a line for each change.

use std::cell::RefCell;
use std::io::{IsTerminal as _, Write};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::clean::clean;

/// The progress of several nodes.
pub(crate) struct Progress<'e> {
    err: RefCell<&'e mut Box<dyn Write>>,
    lines: Option<MultiProgress>,
}

/// The progress of one of them.
pub(crate) struct Line<'p, 'e> {
    progress: &'p Progress<'e>,
    node: String,
    bar: Option<ProgressBar>,
    said: String,
}

impl<'e> Progress<'e> {
    /// Tells on standard error, to which `err` writes.
    pub(crate) fn new(err: &'e mut Box<dyn Write>) -> Self {
        let lines = std::io::stderr().is_terminal().then(MultiProgress::new);
        Self { err: RefCell::new(err), lines }
    }

    /// A node's line.
    pub(crate) fn line(&self, node: &str) -> Line<'_, 'e> {
        let bar = self.lines.as_ref().map(|lines| {
            // The template is constant; without it the line would have another look.
            let style = ProgressStyle::with_template("{prefix}: {msg} ({elapsed})");
            let style = style.unwrap_or_else(|_unread| ProgressStyle::default_spinner());
            lines.add(ProgressBar::new_spinner().with_style(style).with_prefix(node.to_owned()))
        });
        Line { progress: self, node: node.to_owned(), bar, said: String::new() }
    }
}

impl Line<'_, '_> {
    /// Tells what the node is doing, unless that was told last.
    pub(crate) fn say(&mut self, text: &str) {
        let text = clean(text);
        if self.said == text {
            return;
        }
        match &self.bar {
            Some(bar) => bar.set_message(text.clone()),
            // Progress that nobody reads is no reason to stop.
            None => drop(writeln!(self.progress.err.borrow_mut(), "{}: {text}", self.node)),
        }
        self.said = text;
    }
}

/// The last word stays on the terminal.
impl Drop for Line<'_, '_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.abandon();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::tests::Sink;

    #[test]
    fn each_change_is_told_once() {
        let sink = Sink::default();
        let mut err: Box<dyn Write> = Box::new(sink.clone());
        let progress = Progress { err: RefCell::new(&mut err), lines: None };
        let (mut a, mut b) = (progress.line("a"), progress.line("b"));
        for text in ["booting", "booting", "run\u{1b}[2Jning"] {
            a.say(text);
        }
        b.say("booting");
        assert_eq!(sink.text(), "a: booting\na: running\nb: booting\n");
    }
}
