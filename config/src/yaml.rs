//! YAML as text: a tree with places for reading, a tree without for writing.
//!
//! The parser is the one inside serde-saphyr; see docs/decisions/serde-saphyr.md for why documents
//! are not deserialised straight into structures.

pub(crate) mod read;
pub(crate) mod scalar;
mod syntax;
pub(crate) mod tree;

pub(crate) use read::{Node, Value};
pub(crate) use tree::Tree;
