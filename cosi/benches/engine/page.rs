//! The page of all benchmarks: this program rewrites its own section and its row of the goals, and leaves the rest alone.

use crate::table::{HEADING, Section};

/// How the row of the goals begins.
const ROW: &str = "| resource engine, beside the Go COSI runtime | ≥ 3 times better | ";

/// The page with the section in the place of the old one, or at its end.
pub(crate) fn with_section(old: &str, section: &Section) -> String {
    let begin = old.find(HEADING).unwrap_or(old.len());
    let (before, rest) = old.split_at(begin);
    let after = rest.get(HEADING.len()..).and_then(|rest| rest.find("\n## ").map(|at| &rest[at..]));
    let mut page = String::new();
    for line in before.lines() {
        let (line, row) = if line.starts_with(ROW) { (ROW, &*section.row) } else { (line, "") };
        page.extend([line, row, "\n"]);
    }
    if !page.is_empty() && !page.ends_with("\n\n") {
        page += "\n";
    }
    page + &section.text + after.unwrap_or_default()
}
