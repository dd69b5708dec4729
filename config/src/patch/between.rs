//! The patch that leads from one configuration to another.

use super::merge::{is_equal, replaces};
use super::rules::At;
use super::strategic::MARKER;
use crate::document::Config;
use crate::table::Merge;
use crate::v1alpha1::{Document, ROOT_KEYS};
use crate::yaml::Tree;
use crate::yaml::tree::Show;

/// Why no patch leads from one configuration to another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPatch {
    /// Patches change the root document and cannot delete it.
    #[error("a patch cannot delete the root document")]
    Root,
    /// A part that is not ours uses the key with which patches mark what they delete.
    #[error("{MARKER} stands in a document as an ordinary key")]
    Marker,
}

/// The strategic merge patch, secrets included, that makes `new` of `old`; empty if nothing differs.
/// It says only what differs, but for lists: those that do not merely grow are deleted and written
/// whole.
///
/// # Errors
/// [`NoPatch`].
pub fn between(old: &Config, new: &Config) -> Result<String, NoPatch> {
    let (mut deletes, mut merges) = (Vec::new(), Vec::new());
    for document in old.documents() {
        if new.documents().iter().any(|other| other.label() == document.label()) {
            continue;
        }
        if document.kind().is_empty() {
            return Err(NoPatch::Root);
        }
        deletes.push(named(document, vec![marker()]));
    }
    for document in new.documents() {
        let (label, after) = (document.label(), document.encode());
        let Some(former) = old.documents().iter().find(|other| other.label() == label) else {
            merges.push(after);
            continue;
        };
        let mut steps = Steps::default();
        if let (Tree::Map(before), Tree::Map(after)) = (former.encode(), after) {
            steps.compare(&before, &after, At::top(document.kind()));
        }
        if !steps.delete.is_empty() {
            deletes.push(named(document, steps.delete));
        }
        if !steps.merge.is_empty() {
            merges.push(known(named(document, steps.merge)));
        }
    }
    if merges.iter().any(has_marker) {
        return Err(NoPatch::Marker);
    }
    let texts: Vec<_> =
        deletes.iter().chain(&merges).map(|tree| tree.to_yaml(Show::Secrets)).collect();
    Ok(texts.join("---\n"))
}

/// Fields behind what says which document it is.
fn named(document: &Document, fields: Vec<(String, Tree)>) -> Tree {
    let Tree::Map(all) = document.encode() else { return Tree::Map(fields) };
    let identity = |key: &str| matches!(key, "apiVersion" | "kind" | "name");
    let header = all.into_iter().filter(|(key, _)| identity(key) && !document.kind().is_empty());
    let rest = fields.into_iter().filter(|(key, _)| document.kind().is_empty() || !identity(key));
    Tree::Map(header.chain(rest).collect())
}

/// A part of a document that is merged: one of the root must be known as such.
fn known(mut part: Tree) -> Tree {
    if let Tree::Map(fields) = &mut part
        && !fields.iter().any(|(key, _)| key == "kind" || ROOT_KEYS.contains(&key.as_str()))
    {
        fields.push((ROOT_KEYS[0].to_owned(), Tree::Null));
    }
    part
}

/// What marks a mapping as deleted.
fn marker() -> (String, Tree) {
    (MARKER.to_owned(), Tree::Text("delete".to_owned()))
}

/// Whether the marker is an ordinary key somewhere.
fn has_marker(tree: &Tree) -> bool {
    match tree {
        Tree::Map(fields) => fields.iter().any(|(key, value)| key == MARKER || has_marker(value)),
        Tree::List(items) => items.iter().any(has_marker),
        Tree::Null | Tree::Word(_) | Tree::Text(_) | Tree::Secret(..) => false,
    }
}

/// What is deleted and what is merged to make one mapping of another.
#[derive(Debug, Default)]
struct Steps {
    delete: Vec<(String, Tree)>,
    merge: Vec<(String, Tree)>,
}

impl Steps {
    fn compare(&mut self, old: &[(String, Tree)], new: &[(String, Tree)], at: At) {
        let find = |fields: &'_ [(String, Tree)], key: &str| {
            fields.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone())
        };
        for (key, _) in old.iter().filter(|(key, _)| find(new, key).is_none()) {
            self.delete(key);
        }
        for (key, after) in new {
            match find(old, key) {
                None | Some(Tree::Null) if *after != Tree::Null => self.add(key, after),
                None => self.add(key, after),
                Some(before) if is_equal(&before, after) => {}
                Some(before) => self.change(key, &before, after, at.key(key)),
            }
        }
    }

    fn delete(&mut self, key: &str) {
        self.delete.push((key.to_owned(), Tree::Map(vec![marker()])));
    }

    fn add(&mut self, key: &str, value: &Tree) {
        self.merge.push((key.to_owned(), value.clone()));
    }

    /// Makes one value of another, by merging where that leads there.
    ///
    /// | before, after | |
    /// |---|---|
    /// | two mappings | each key by itself |
    /// | a list, the same with more behind | what is more |
    /// | anything, where the new value takes the old one's place | the new value |
    /// | two scalars of one type, the second not what a patch passes over | the new value |
    /// | else | deleted, then the new value |
    fn change(&mut self, key: &str, before: &Tree, after: &Tree, at: At) {
        match (before, after) {
            (Tree::Map(_), Tree::Map(fields))
                if at.merge() == Merge::Replace && !fields.is_empty() =>
            {
                self.add(key, after);
            }
            (Tree::Map(old), Tree::Map(new)) if at.merge() == Merge::Default => {
                let mut inner = Self::default();
                inner.compare(old, new, at);
                if !inner.delete.is_empty() {
                    self.delete.push((key.to_owned(), Tree::Map(inner.delete)));
                }
                if !inner.merge.is_empty() {
                    self.add(key, &Tree::Map(inner.merge));
                }
            }
            (Tree::List(_), Tree::List(_)) if at.merge() == Merge::Replace => self.add(key, after),
            (Tree::List(old), Tree::List(new))
                if at.merge() == Merge::Default && begins(new, old) =>
            {
                self.add(key, &Tree::List(new[old.len()..].to_vec()));
            }
            _ if at.is_argument() || replaces(after, before, at) => self.add(key, after),
            _ => {
                self.delete(key);
                self.add(key, after);
            }
        }
    }
}

/// Whether a list is another with more behind.
fn begins(list: &[Tree], other: &[Tree]) -> bool {
    list.len() > other.len() && list.iter().zip(other).all(|(one, other)| is_equal(one, other))
}
