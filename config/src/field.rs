//! How a field is read from YAML and written back: one trait, and the `section!` and `choice!`
//! macros that make structures and enumerations of it.
//!
//! Reading goes on after a mistake, so that all of them are found. An absent field, a null and an
//! empty list are the same: the default of the Rust type; what the node then does is decided where
//! the field takes effect.

use std::collections::BTreeMap;
use std::net::IpAddr;

use types::{LinkName, Secret};

use crate::fault::{Fault, MAX_FAULTS, Place};
use crate::yaml::read::{Entry, Style};
use crate::yaml::{Node, Tree, Value, scalar};

/// A value that stands in a document.
pub(crate) trait Field: Sized {
    /// Whether the empty text is the same as nothing, as clients write it after a patch.
    const EMPTY_IS_ABSENT: bool = false;
    /// Whether an entry of a map may be null and then means the empty value.
    const NULL_IS_EMPTY: bool = false;

    /// Reads a node that is not null. None after a fault was noted.
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self>;
    /// The value as it is written; none when it is left out.
    fn encode(&self) -> Option<Tree>;
}

/// Where reading is, and what was found wrong.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    document: &'a str,
    path: String,
    faults: &'a mut Vec<Fault>,
}

impl<'a> Context<'a> {
    /// At the top of a document.
    pub(crate) fn new(document: &'a str, faults: &'a mut Vec<Fault>) -> Self {
        Self { document, path: String::new(), faults }
    }

    /// Notes a mistake in the present field.
    pub(crate) fn wrong(&mut self, place: Place, rule: impl Into<String>) {
        self.push(Fault::at(place, rule));
    }

    /// Notes a mistake with the wrong value.
    pub(crate) fn wrong_value(&mut self, node: &Node, rule: impl Into<String>) {
        let fault = Fault::at(node.place, rule);
        self.push(match &node.value {
            Value::Scalar(text, _) => fault.with_value(text),
            Value::List(_) | Value::Map(_) => fault,
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
        let hint = nearest(&entry.key, known);
        let fault = Fault { hint, ..Fault::at(entry.place, "unknown field") };
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

/// The known word nearest to an unknown one, if it is near: at most a third of it differs.
pub(crate) fn nearest(word: &str, known: &[&str]) -> Option<String> {
    /// Longer words are no misspelling of any field.
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    let distance = |other: &&str| distance(&lower, &other.to_lowercase());
    let best = known.iter().min_by_key(|other| distance(other))?;
    (distance(best) <= word.chars().count().div_ceil(3)).then(|| (*best).to_owned())
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

impl<T: Field> Field for Option<T> {
    const EMPTY_IS_ABSENT: bool = T::EMPTY_IS_ABSENT;

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        T::decode(node, cx).map(Some)
    }

    fn encode(&self) -> Option<Tree> {
        self.as_ref().and_then(T::encode)
    }
}

impl<T: Field> Field for Box<T> {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        T::decode(node, cx).map(Self::new)
    }

    fn encode(&self) -> Option<Tree> {
        T::encode(self)
    }
}

impl<T: Field> Field for Vec<T> {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let Value::List(items) = &node.value else {
            cx.wrong_value(node, "must be a list");
            return None;
        };
        let read = |(index, item): (usize, &Node)| {
            cx.item(index, |cx| {
                if item.is_null() {
                    cx.wrong(item.place, "must not be empty");
                    return None;
                }
                T::decode(item, cx)
            })
        };
        Some(items.iter().enumerate().filter_map(read).collect())
    }

    fn encode(&self) -> Option<Tree> {
        let items: Vec<_> = self.iter().filter_map(T::encode).collect();
        (!items.is_empty()).then_some(Tree::List(items))
    }
}

impl<T: Field + Default> Field for BTreeMap<String, T> {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let mut map = Self::new();
        for Entry { key, value, .. } in cx.entries(node)? {
            let read = |cx: &mut Context<'_>| match (value.is_null(), T::NULL_IS_EMPTY) {
                (false, _) => T::decode(value, cx),
                (true, true) => Some(T::default()),
                (true, false) => {
                    cx.wrong(value.place, "must not be empty");
                    None
                }
            };
            if let Some(read) = cx.under(key, read) {
                map.insert(key.clone(), read);
            }
        }
        Some(map)
    }

    fn encode(&self) -> Option<Tree> {
        let entries: Vec<_> = self
            .iter()
            .map(|(key, value)| (key.clone(), value.encode().unwrap_or(Tree::Null)))
            .collect();
        (!entries.is_empty()).then_some(Tree::Map(entries))
    }
}

impl Field for String {
    const NULL_IS_EMPTY: bool = true;

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        cx.scalar(node, "must be text", |text| Some(text.to_owned()))
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Text(self.clone()))
    }
}

/// A secret text: no fault shows it.
impl Field for Secret<String> {
    const NULL_IS_EMPTY: bool = true;

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        match &node.value {
            Value::Scalar(text, _) => Some(Self::new(text.clone())),
            Value::List(_) | Value::Map(_) => {
                cx.wrong(node.place, "must be text");
                None
            }
        }
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Secret(self.clone(), "REDACTED"))
    }
}

impl Field for bool {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let quoted = matches!(&node.value, Value::Scalar(_, Style::Quoted));
        cx.scalar(node, "must be true or false", |text| scalar::boolean(text).filter(|_| !quoted))
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Word(self.to_string()))
    }
}

/// Integers, with the range of their type.
macro_rules! integer {
    ($($type:ty),*) => {$(
        impl Field for $type {
            fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
                let quoted = matches!(&node.value, Value::Scalar(_, Style::Quoted));
                let rule = format!("must be a whole number from {} to {}", Self::MIN, Self::MAX);
                cx.scalar(node, &rule, |text| {
                    scalar::integer(text).filter(|_| !quoted).and_then(|number| Self::try_from(number).ok())
                })
            }

            fn encode(&self) -> Option<Tree> {
                Some(Tree::Word(self.to_string()))
            }
        }
    )*};
}
integer!(u8, u16, u32, i64, u64);

impl Field for IpAddr {
    const EMPTY_IS_ABSENT: bool = true;

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        cx.scalar(node, "must be an IP address", |text| text.parse().ok())
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Text(self.to_string()))
    }
}

impl Field for LinkName {
    const EMPTY_IS_ABSENT: bool = true;

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let rule = "must be a link's name: 1 to 15 bytes without '/', ':' or white space";
        cx.scalar(node, rule, |text| Self::try_from(text.to_owned()).ok())
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Text(self.to_string()))
    }
}

/// A structure that stands as a mapping, each field with its key.
///
/// Makes the structure, whose fields all have an "absent", and its [`Field`]. One without any field
/// is [`Nothing`](crate::value::Nothing).
macro_rules! section {
    ($(#[$attribute:meta])* pub struct $name:ident {
        $( $(#[$field_attribute:meta])* $key:literal => $field:ident: $type:ty, )*
    }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $( $(#[$field_attribute])* pub $field: $type, )*
        }

        impl $crate::field::Field for $name {
            fn decode(node: &$crate::yaml::Node, cx: &mut $crate::field::Context<'_>) -> Option<Self> {
                let mut section = Self::default();
                for entry in cx.entries(node)? {
                    match entry.key.as_str() {
                        $( $key => {
                            if !$crate::field::is_absent::<$type>(&entry.value)
                                && let Some(value) =
                                    cx.under($key, |cx| $crate::field::Field::decode(&entry.value, cx))
                            {
                                section.$field = value;
                            }
                        } )*
                        _ => cx.unknown(entry, &[$($key),*]),
                    }
                }
                Some(section)
            }

            fn encode(&self) -> Option<$crate::yaml::Tree> {
                let entries: Vec<(&str, Option<$crate::yaml::Tree>)> =
                    vec![$( ($key, $crate::field::Field::encode(&self.$field)) ),*];
                Some($crate::yaml::Tree::Map(
                    entries.into_iter().filter_map(|(key, tree)| Some((key.to_owned(), tree?))).collect(),
                ))
            }
        }
    };
}

/// An enumeration of words, read without regard to case.
macro_rules! choice {
    ($(#[$attribute:meta])* pub enum $name:ident {
        $( $(#[$variant_attribute:meta])* $variant:ident = $word:literal, )*
    }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $( $(#[$variant_attribute])* $variant, )*
        }

        impl $name {
            /// The word in documents.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::field::Field for $name {
            const EMPTY_IS_ABSENT: bool = true;

            fn decode(node: &$crate::yaml::Node, cx: &mut $crate::field::Context<'_>) -> Option<Self> {
                let all = [$( Self::$variant ),*];
                let rule = format!("must be one of {}", [$( $word ),*].join(", "));
                cx.scalar(node, &rule, |text| {
                    all.into_iter().find(|choice| choice.as_str().eq_ignore_ascii_case(text))
                })
            }

            fn encode(&self) -> Option<$crate::yaml::Tree> {
                Some($crate::yaml::Tree::Text(self.as_str().to_owned()))
            }
        }
    };
}

pub(crate) use {choice, section};

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macros make public types")]
mod tests;
