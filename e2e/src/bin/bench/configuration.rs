//! How long the work on configurations takes, told by a program of the crate that does it.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use e2e::program::{command, run};

/// Longest that all of it may take.
const LIMIT: Duration = Duration::from_secs(300);

/// One piece of work; all times in microseconds.
#[derive(Debug)]
pub(crate) struct Work {
    /// What is done.
    pub(crate) name: String,
    /// Longest median that was aimed at; 0 if nothing was.
    pub(crate) goal: u64,
    /// How often it was done.
    pub(crate) runs: u64,
    /// The quickest run.
    pub(crate) least: u64,
    /// The run in the middle.
    pub(crate) median: u64,
    /// The slowest run.
    pub(crate) most: u64,
}

/// Runs the program and reads its lines.
pub(crate) fn measure(program: &Path) -> Result<Vec<Work>> {
    let text = run(command(program), LIMIT)?.ok()?;
    text.lines().map(line).collect()
}

fn line(line: &str) -> Result<Work> {
    let mut parts = line.split('\t');
    let name = parts.next().context("a name")?.to_owned();
    let mut number = || -> Result<u64> {
        let part = parts.next().with_context(|| format!("{line:?}: a number"))?;
        part.parse().with_context(|| format!("{line:?}: {part:?}"))
    };
    Ok(Work {
        name,
        goal: number()?,
        runs: number()?,
        least: number()?,
        median: number()?,
        most: number()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let work = line("a b\t50000\t200\t1\t2\t3").expect("a line");
        assert_eq!((work.name.as_str(), work.goal, work.runs), ("a b", 50_000, 200));
        assert_eq!((work.least, work.median, work.most), (1, 2, 3));
        line("a\t1\t2").expect_err("too short");
        line("a\t1\t2\t3\tx\t5").expect_err("no number");
    }
}
