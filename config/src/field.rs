//! How a field is read from YAML and written back: one trait, and the `section!` and `choice!`
//! macros that make structures and enumerations of it.
//!
//! A field is written down once, as `"key" => field: Type { what else is to be said }`; from that come
//! its place in the structure, its reading and writing, its default, and its [`Row`](crate::table::Row) in the
//! [`Table`](crate::table::Table) that everything else is made from. What can be said are the fields
//! of it.
//!
//! Reading goes on after a mistake, so that all of them are found. An absent field, a null and an
//! empty list are the same, the default of the Rust type; [`Field::fill`] puts the documented default
//! in their place.

mod macros;
mod plain;

pub(crate) use macros::{choice, section};

use crate::fault::{Fault, MAX_FAULTS, Place};
use crate::table::Shape;
use crate::yaml::read::{self, Entry};
use crate::yaml::{Node, Tree, Value};

/// A value that stands in a document.
pub(crate) trait Field: Sized {
    /// Whether the empty text is the same as nothing, as clients write it after a patch.
    const EMPTY_IS_ABSENT: bool = false;
    /// Whether an entry of a map may be null and then means the empty value.
    const NULL_IS_EMPTY: bool = false;
    /// What it takes.
    const SHAPE: Shape;

    /// Reads a node that is not null. None after a fault was noted.
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self>;
    /// The value as it is written; none when it is left out.
    fn encode(&self) -> Option<Tree>;

    /// Whether it says nothing, so that a default takes its place.
    fn is_unset(&self) -> bool {
        false
    }

    /// Puts documented defaults in the place of what is unset below.
    fn fill(&mut self) {}

    /// Reads an entry among those of the section around, if it is a field of this section.
    fn take(&mut self, _entry: &Entry, _cx: &mut Context<'_>) -> bool {
        false
    }

    /// The entries as they are written, if it is a section.
    fn entries(&self) -> Vec<(String, Tree)> {
        Vec::new()
    }
}

/// A field as it is written in its section: one entry, none if it is left out, or those of an
/// embedded section.
pub(crate) fn entries<T: Field>(key: &str, value: &T) -> Vec<(String, Tree)> {
    if key.is_empty() {
        return value.entries();
    }
    value.encode().map(|tree| (key.to_owned(), tree)).into_iter().collect()
}

/// Puts a default in the place of an unset value, then those below it.
pub(crate) fn fill<T: Field>(value: &mut T, default: &str) {
    if !default.is_empty()
        && value.is_unset()
        && let Ok(nodes) = read::stream(default.as_bytes())
        && let Some(read) =
            nodes.first().and_then(|node| T::decode(node, &mut Context::new("", &mut Vec::new())))
    {
        *value = read;
    }
    value.fill();
}

/// Where reading is, and what was found wrong.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    document: &'a str,
    path: String,
    /// Whether the present field holds secrets, so that nothing of a wrong value is shown.
    secret: bool,
    faults: &'a mut Vec<Fault>,
}

impl<'a> Context<'a> {
    /// At the top of a document.
    pub(crate) fn new(document: &'a str, faults: &'a mut Vec<Fault>) -> Self {
        Self { document, path: String::new(), secret: false, faults }
    }

    /// Notes a mistake in the present field.
    pub(crate) fn wrong(&mut self, place: Place, rule: impl Into<String>) {
        self.push(Fault::at(place, rule));
    }

    /// Notes a mistake with the wrong value.
    pub(crate) fn wrong_value(&mut self, node: &Node, rule: impl Into<String>) {
        let fault = Fault::at(node.place, rule);
        self.push(match &node.value {
            Value::Scalar(text, _) if !self.secret => fault.with_value(text),
            Value::Scalar(..) | Value::List(_) | Value::Map(_) => fault,
        });
    }

    fn push(&mut self, fault: Fault) {
        if self.faults.len() < MAX_FAULTS {
            let (document, path) = (self.document.to_owned(), self.path.clone());
            self.faults.push(Fault { document, path, ..fault });
        }
    }

    /// Reads a field below the present one.
    pub(crate) fn under<T>(&mut self, key: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        push_key(&mut self.path, key);
        let value = read(self);
        self.path.truncate(length);
        value
    }

    /// Reads a field of the present section.
    pub(crate) fn field<T: Field>(&mut self, key: &str, node: &Node) -> Option<T> {
        let around = std::mem::replace(&mut self.secret, T::SHAPE.holds_secret());
        let value = self.under(key, |cx| T::decode(node, cx));
        self.secret = around;
        value
    }

    /// Reads an item of the present list.
    fn item<T>(&mut self, index: usize, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        push_index(&mut self.path, index);
        let value = read(self);
        self.path.truncate(length);
        value
    }

    /// The entries of a mapping, or a fault.
    pub(crate) fn entries<'n>(&mut self, node: &'n Node) -> Option<&'n [Entry]> {
        match &node.value {
            Value::Map(entries) => Some(entries),
            Value::Scalar(..) | Value::List(_) => {
                self.wrong_value(node, "must be a mapping");
                None
            }
        }
    }

    /// Notes a key that no field has.
    pub(crate) fn unknown(&mut self, entry: &Entry, known: &[&str]) {
        /// More than these are no help in one line.
        const LISTED: usize = 6;
        let hint = nearest(&entry.key, known);
        let rule = match known {
            [] => "unknown field: there are none here".to_owned(),
            _ if hint.is_none() && known.len() <= LISTED => {
                format!("unknown field: here are {}", known.join(", "))
            }
            _ => "unknown field".to_owned(),
        };
        let fault = Fault { hint, ..Fault::at(entry.place, rule) };
        self.under(&entry.key, |cx| cx.push(fault));
    }

    /// Reads a scalar by a function; the fault shows the value.
    pub(crate) fn scalar<T>(
        &mut self,
        node: &Node,
        rule: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = match &node.value {
            Value::Scalar(text, _) => read(text),
            Value::List(_) | Value::Map(_) => None,
        };
        if value.is_none() {
            self.wrong_value(node, rule);
        }
        value
    }
}

/// Adds a key to a path: `a.b`, or `a["b/c"]` where the key holds what separates.
pub(crate) fn push_key(path: &mut String, key: &str) {
    if key.is_empty() || key.contains(['.', '[', ']', '"', ' ', ':']) {
        path.push_str(&format!("[{key:?}]"));
    } else {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
    }
}

/// Adds the number of a list's item to a path.
pub(crate) fn push_index(path: &mut String, index: usize) {
    path.push_str(&format!("[{index}]"));
}

/// The known word nearest to an unknown one, if it is near: at most a third of it differs, or it is
/// the beginning.
pub(crate) fn nearest(word: &str, known: &[&str]) -> Option<String> {
    /// Longer words are no misspelling of any field.
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    let distance = |other: &&str| distance(&lower, &other.to_lowercase());
    let best = known.iter().min_by_key(|other| distance(other))?;
    if distance(best) <= word.chars().count().div_ceil(3) {
        return Some((*best).to_owned());
    }
    // Or the rest is missing.
    let begins = |other: &&&str| word.len() >= 3 && other.to_lowercase().starts_with(&lower);
    known.iter().filter(begins).min_by_key(|other| other.len()).map(|other| (*other).to_owned())
}

/// Edits (insert, remove, replace a character, swap two) between two words.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    let mut last = None;
    for (i, c) in one.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, d) in other.iter().enumerate() {
            let mut best = (row[j] + usize::from(c != *d)).min(row[j + 1] + 1).min(next[j] + 1);
            if j > 0 && last == Some(*d) && c == other[j - 1] {
                best = best.min(before[j - 1] + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
        last = Some(c);
    }
    row.last().copied().unwrap_or(0)
}

/// Whether a node stands for no value of a field's type.
pub(crate) fn is_absent<T: Field>(node: &Node) -> bool {
    node.is_null()
        || T::EMPTY_IS_ABSENT && matches!(&node.value, Value::Scalar(text, _) if text.is_empty())
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macros make public types")]
mod tests;
