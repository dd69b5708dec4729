//! A document with what its fields mean, and with examples of those that are not set, as comments.
//!
//! Both come from the table of fields, as the schema and the reference pages do. Taking the `# ` off
//! an example sets the field.

use crate::table::{Row, Shape, Table};
use crate::value::free;
use crate::yaml::tree::Show;
use crate::yaml::{Tree, read};

/// Which comments there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Notes {
    /// What each field means.
    pub docs: bool,
    /// Fields that are not set, with a value that they could have.
    pub examples: bool,
}

/// Columns of a line, comments included.
const WIDTH: usize = 100;
/// Spaces per level, as the writer of trees has it.
const STEP: usize = 4;
/// Levels below an example: deeper ones are for the reference.
const DEPTH: usize = 4;

/// The document's text with comments.
pub(super) fn annotate(document: &Tree, table: &Table, notes: Notes) -> String {
    let mut page = Page { notes, text: String::new() };
    match document {
        Tree::Map(entries) => page.section(entries, table, 0),
        other => page.text.push_str(&other.to_yaml(Show::Secrets)),
    }
    let text = page.text.trim_end();
    format!("{text}\n")
}

/// What is written so far.
struct Page {
    notes: Notes,
    text: String,
}

impl Page {
    /// The fields of a section that are set, then those that are not.
    fn section(&mut self, entries: &[(String, Tree)], table: &Table, columns: usize) {
        for (key, value) in entries {
            let row = table.field(key);
            if let Some(row) = row {
                self.meaning(row, columns, "");
            }
            match (value, row.map(|row| row.shape)) {
                (Tree::Map(inner), Some(Shape::Section(table))) if !inner.is_empty() => {
                    self.lines(columns, "", &format!("{key}:\n"));
                    self.section(inner, table, columns + STEP);
                }
                _ => self.lines(columns, "", &entry(key, value)),
            }
        }
        if !self.notes.examples {
            return;
        }
        let set = |row: &Row| entries.iter().any(|(key, _)| key == row.key);
        let mut first = true;
        for row in table.fields().filter(|row| !row.hidden && !set(row)) {
            let Some(value) = example(row, DEPTH) else { continue };
            // A blank line parts what is set from what could be.
            if std::mem::take(&mut first) || self.notes.docs {
                self.part();
            }
            self.meaning(row, columns, "# ");
            self.lines(columns, "# ", &entry(row.key, &value));
        }
        if !first {
            self.part();
        }
    }

    /// A blank line, if there is none yet.
    fn part(&mut self) {
        if !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// What a field means, as a comment above it.
    fn meaning(&mut self, row: &Row, columns: usize, mark: &str) {
        if !self.notes.docs {
            return;
        }
        let text = row.doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        for line in wrap(&text, WIDTH.saturating_sub(columns + mark.len() + 2)) {
            self.lines(columns, mark, &format!("# {line}\n"));
        }
    }

    /// Lines at a column, each with a mark in front.
    fn lines(&mut self, columns: usize, mark: &str, lines: &str) {
        for line in lines.lines() {
            let line = format!("{:columns$}{mark}{line}", "");
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }
}

/// One field as YAML.
fn entry(key: &str, value: &Tree) -> String {
    Tree::Map(vec![(key.to_owned(), value.clone())]).to_yaml(Show::Secrets)
}

/// A value that a field could have: its example, its default, or a section made of its fields'
/// examples.
fn example(row: &Row, depth: usize) -> Option<Tree> {
    for text in [row.example, row.default] {
        if !text.is_empty()
            && let Ok(nodes) = read::stream(text.as_bytes())
        {
            return nodes.first().map(free).filter(|tree| !is_empty(tree));
        }
    }
    of_shape(&row.shape, depth)
}

/// A document of a kind, made of its fields' examples.
#[cfg(test)]
pub(crate) fn example_of(table: &'static Table) -> Option<Tree> {
    of_shape(&Shape::Section(table), DEPTH + 1)
}

/// The example of a section, alone or as the only item of a list.
fn of_shape(shape: &Shape, depth: usize) -> Option<Tree> {
    let depth = depth.checked_sub(1)?;
    match shape {
        Shape::Section(table) => {
            let fields: Vec<_> = table
                .fields()
                .filter(|row| !row.hidden)
                .filter_map(|row| Some((row.key.to_owned(), example(row, depth)?)))
                .collect();
            (!fields.is_empty()).then_some(Tree::Map(fields))
        }
        // An item is shown only with the field that tells it from others, which comes first.
        Shape::List(item) => {
            let first = item.table()?.fields().next()?;
            let known = !first.example.is_empty() || !first.default.is_empty();
            known.then(|| Some(Tree::List(vec![of_shape(item, depth)?])))?
        }
        Shape::Scalar(_) | Shape::Map(_) | Shape::Free | Shape::Argument => None,
    }
}

/// Whether there is nothing to show.
fn is_empty(tree: &Tree) -> bool {
    match tree {
        Tree::Null => true,
        Tree::List(items) => items.is_empty(),
        Tree::Map(entries) => entries.is_empty(),
        Tree::Word(_) | Tree::Text(_) | Tree::Secret(..) => false,
    }
}

/// A text in lines of at most a width, unless a word is longer.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("longer than that", 3), ["longer", "than", "that"]);
        assert!(wrap("", 10).is_empty());
    }

    #[test]
    fn what_is_set_is_explained_and_what_is_not_is_shown() {
        let kind = crate::table::kind("HostnameConfig").unwrap();
        let document = Tree::Map(vec![
            ("kind".to_owned(), Tree::Text("HostnameConfig".to_owned())),
            ("auto".to_owned(), Tree::Text("stable".to_owned())),
        ]);
        let made = |docs, examples| annotate(&document, kind.table, Notes { docs, examples });
        assert_eq!(made(false, false), "kind: HostnameConfig\nauto: stable\n");
        let both = made(true, true);
        assert!(both.starts_with("kind: HostnameConfig\n# "), "{both}");
        assert!(both.contains("\nauto: stable\n\n# # "), "{both}");
        assert!(both.contains("\n# hostname: "), "{both}");
        assert!(!made(true, false).contains("\n# hostname: "));
        assert!(!made(false, true).contains("# # "));
    }
}
