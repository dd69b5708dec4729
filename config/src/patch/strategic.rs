//! Strategic merge patches: documents that hold only what is to change.
//!
//! What is deleted goes first, then the rest is merged. A document that is absent is appended.

use super::merge::{field, is_same, merge};
use super::rules::At;
use super::{Target, identity};
use crate::fault::{Fault, Place};
use crate::field::{push_index, push_key};
use crate::v1alpha1::{Document, kind_of, label};
use crate::value::free;
use crate::yaml::{Node, Tree, Value};

/// The key that marks what is deleted.
pub(super) const MARKER: &str = "$patch";
/// Keys that say which document it is.
const IDENTITY: [&str; 4] = ["apiVersion", "kind", "name", "version"];

/// One document of a patch.
#[derive(Debug)]
pub(super) struct Part {
    /// Kind and name of the document that is changed; empty for the root.
    label: String,
    kind: String,
    place: Place,
    deletes: Vec<Delete>,
    /// What is merged; none if something is only deleted.
    merge: Option<Node>,
}

/// Something to be deleted; the whole document if there are no steps.
#[derive(Debug)]
struct Delete {
    steps: Vec<Step>,
    place: Place,
    /// The path as faults show it.
    path: String,
}

/// One part of a path.
#[derive(Debug, Clone)]
enum Step {
    Key(String),
    /// The first item that has these fields.
    Item(Vec<(String, Tree)>),
}

/// Reads the documents of a patch.
///
/// # Errors
/// All that is wrong with it, in the order of its places.
pub(super) fn decode(nodes: Vec<Node>) -> Result<Vec<Part>, Vec<Fault>> {
    let mut faults = Vec::new();
    let parts: Vec<_> = nodes.into_iter().map(|node| part(node, &mut faults)).collect();
    for (index, part) in parts.iter().enumerate() {
        let twice = |other: &&Part| other.label == part.label && other.merge.is_some();
        if part.merge.is_some()
            && let Some(first) = parts[..index].iter().find(twice)
        {
            let what = if part.label.is_empty() { "root document" } else { &part.label };
            let rule = format!("duplicate {what}, first at {}", first.place);
            faults.push(Fault::at(part.place, rule));
        }
    }
    if faults.is_empty() {
        return Ok(parts);
    }
    faults.sort_by_key(|fault| fault.place);
    Err(faults)
}

/// Reads one document.
fn part(mut node: Node, faults: &mut Vec<Fault>) -> Part {
    let (label, kind, place) = (identity(&label(&node)), kind_of(&node).to_owned(), node.place);
    let mut reader = Reader { label: &label, deletes: Vec::new(), faults };
    reader.take(&mut node, &Spot::default());
    let deletes = reader.deletes;
    let whole = deletes.iter().any(|delete| delete.steps.is_empty());
    if whole && kind.is_empty() {
        faults.push(Fault::at(place, "the root document cannot be deleted"));
    }
    let is_identity = |key: &str| IDENTITY.contains(&key);
    let said = !matches!(&node.value, Value::Map(entries) if entries.iter().all(|entry| is_identity(&entry.key)));
    let merge = !whole && (said || deletes.is_empty());
    if merge {
        // A part of a document is read as one: unknown fields and wrong types are found here.
        Document::decode(&node, faults);
    }
    Part { label, kind, place, deletes, merge: merge.then_some(node) }
}

/// Where in a patch something stands.
#[derive(Debug, Clone, Default)]
struct Spot {
    steps: Vec<Step>,
    path: String,
    in_item: bool,
}

impl Spot {
    fn key(&self, key: &str) -> Self {
        let mut spot = self.clone();
        spot.steps.push(Step::Key(key.to_owned()));
        push_key(&mut spot.path, key);
        spot
    }

    /// An item, which has no place of its own in what is patched.
    fn item(&self, index: usize) -> Self {
        let mut spot = self.clone();
        push_index(&mut spot.path, index);
        spot
    }
}

/// Takes what is to be deleted out of a document.
#[derive(Debug)]
struct Reader<'a> {
    label: &'a str,
    deletes: Vec<Delete>,
    faults: &'a mut Vec<Fault>,
}

impl Reader<'_> {
    /// Whether a node says only what is deleted, so that nothing of it is left.
    fn take(&mut self, node: &mut Node, at: &Spot) -> bool {
        if node.get(MARKER).is_some() {
            self.take_marked(node, at);
            return !at.steps.is_empty();
        }
        match &mut node.value {
            Value::Scalar(..) => false,
            Value::List(items) => {
                let (before, mut index) = (items.len(), 0);
                items.retain_mut(|item| {
                    let at = at.item(index);
                    index += 1;
                    if item.get(MARKER).is_some() {
                        self.take_item(item, &at);
                        return false;
                    }
                    self.take(item, &Spot { in_item: true, ..at });
                    true
                });
                before > 0 && items.is_empty()
            }
            Value::Map(entries) => {
                let before = entries.len();
                entries.retain_mut(|entry| !self.take(&mut entry.value, &at.key(&entry.key)));
                before > 0 && entries.is_empty()
            }
        }
    }

    /// Takes a mapping with a marker, which holds nothing else but what names a document.
    fn take_marked(&mut self, node: &Node, at: &Spot) {
        let names = |key: &str| at.steps.is_empty() && IDENTITY.contains(&key);
        if let Value::Map(entries) = &node.value
            && let Some(other) =
                entries.iter().find(|entry| entry.key != MARKER && !names(&entry.key))
        {
            self.wrong(other.place, &at.key(&other.key), "has no meaning beside $patch: delete");
        }
        self.note(node, at, at.steps.clone());
    }

    /// Takes an item with a marker; its other fields say which one it is.
    fn take_item(&mut self, item: &Node, at: &Spot) {
        let fields: Vec<_> = match &item.value {
            Value::Map(entries) => {
                let fields = entries.iter().filter(|entry| entry.key != MARKER);
                fields.map(|entry| (entry.key.clone(), free(&entry.value))).collect()
            }
            Value::Scalar(..) | Value::List(_) => Vec::new(),
        };
        if fields.is_empty() {
            self.wrong(item.place, at, "must say which item is deleted, by a field of it");
        }
        let steps = at.steps.iter().cloned().chain([Step::Item(fields)]).collect();
        self.note(item, at, steps);
    }

    /// Notes what is deleted, if that is what the marker says.
    fn note(&mut self, node: &Node, at: &Spot, steps: Vec<Step>) {
        let Some(marker) = node.get(MARKER) else { return };
        if !matches!(&marker.value.value, Value::Scalar(word, _) if word == "delete") {
            self.wrong(marker.value.place, &at.key(MARKER), "must be delete");
        } else if at.in_item {
            self.wrong(marker.place, at, "cannot be deleted inside of an item: delete the item");
        }
        self.deletes.push(Delete { steps, place: marker.place, path: at.path.clone() });
    }

    fn wrong(&mut self, place: Place, at: &Spot, rule: &str) {
        let (document, path) = (self.label.to_owned(), at.path.clone());
        self.faults.push(Fault { document, path, ..Fault::at(place, rule) });
    }
}

/// Makes the changes of a patch: what is deleted first.
///
/// # Errors
/// What does not fit the documents. Some of it may have been done then.
pub(super) fn apply(parts: &[Part], targets: &mut Vec<Target>) -> Result<(), Box<Fault>> {
    parts.iter().try_for_each(|part| delete(part, targets))?;
    parts.iter().try_for_each(|part| add(part, targets))
}

/// Deletes what one document of a patch says.
fn delete(part: &Part, targets: &mut Vec<Target>) -> Result<(), Box<Fault>> {
    for delete in &part.deletes {
        let wrong = |rule: &str| {
            let (document, path) = (part.label.clone(), delete.path.clone());
            Box::new(Fault { document, path, ..Fault::at(delete.place, rule) })
        };
        let Some(index) = targets.iter().position(|target| target.label == part.label) else {
            return Err(wrong("there is no such document to delete from"));
        };
        if delete.steps.is_empty() {
            targets.remove(index);
        } else {
            remove(&mut targets[index].tree, &delete.steps, At::top(&part.kind))
                .ok_or_else(|| wrong("there is nothing to delete"))?;
        }
    }
    Ok(())
}

/// Merges the rest of one document of a patch.
fn add(part: &Part, targets: &mut Vec<Target>) -> Result<(), Box<Fault>> {
    let Some(node) = &part.merge else { return Ok(()) };
    match targets.iter_mut().find(|target| target.label == part.label) {
        Some(target) => merge(&mut target.tree, node, At::top(&part.kind), "")
            .map_err(|fault| Box::new(Fault { document: part.label.clone(), ..*fault })),
        None => {
            targets.push(Target { label: part.label.clone(), origin: None, tree: free(node) });
            Ok(())
        }
    }
}

/// Removes what a path leads to. None if the path leads nowhere; that a known field is not set is no
/// such case.
fn remove(tree: &mut Tree, steps: &[Step], at: At) -> Option<()> {
    let (step, rest) = steps.split_first()?;
    let Step::Key(key) = step else { return remove_item(tree, step) };
    let Tree::Map(fields) = tree else { return None };
    let index = fields.iter().position(|(name, _)| name == key);
    let (index, at) = match (index, rest.is_empty()) {
        (Some(index), _) => (index, at.key(key)),
        (None, true) => return at.has_field(key).then_some(()),
        (None, false) => return None,
    };
    if rest.is_empty() {
        fields.remove(index);
        return Some(());
    }
    remove(&mut fields[index].1, rest, at)?;
    // A list or a map of which nothing is left says nothing; a section may say something by itself.
    let emptied = match &fields[index].1 {
        Tree::List(items) => items.is_empty(),
        Tree::Map(entries) => entries.is_empty() && at.is_map(),
        Tree::Null | Tree::Word(_) | Tree::Text(_) | Tree::Secret(..) => false,
    };
    if emptied && !at.is_free() {
        fields.remove(index);
    }
    Some(())
}

/// Removes the first item of a list that has all the fields.
fn remove_item(tree: &mut Tree, step: &Step) -> Option<()> {
    let (Tree::List(items), Step::Item(wanted)) = (tree, step) else { return None };
    let is_it = |item: &Tree| {
        wanted.iter().all(|(key, value)| field(item, key).is_some_and(|own| is_same(own, value)))
    };
    let index = items.iter().position(is_it)?;
    items.remove(index);
    Some(())
}
