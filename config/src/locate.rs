//! Where in the submitted bytes a field stands, told by its path.

use crate::fault::Place;
use crate::v1alpha1::label;
use crate::yaml::{Node, Value};

/// The place of a field of the named document; if it is absent, of the nearest field around it.
pub(crate) fn place(documents: &[Node], document: &str, path: &str) -> Place {
    // A name that is written in another form than its value prints in is still of its kind.
    let kind = document.split(' ').next().unwrap_or_default();
    let named = documents.iter().find(|node| label(node) == document);
    let of_kind = || documents.iter().find(|node| label(node).split(' ').next() == Some(kind));
    let Some(mut node) = named.or_else(of_kind) else {
        return Place::default();
    };
    let mut found = node.place;
    for step in steps(path) {
        let (place, next) = match (&node.value, step) {
            (Value::Map(_), Step::Key(key)) => match node.get(&key) {
                Some(entry) => (entry.place, &entry.value),
                None => break,
            },
            (Value::List(items), Step::Index(index)) => match items.get(index) {
                Some(item) => (item.place, item),
                None => break,
            },
            (Value::Scalar(..) | Value::List(_) | Value::Map(_), _) => break,
        };
        (found, node) = (place, next);
    }
    found
}

/// One part of a path.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// The parts of a path as [`push_key`](crate::field::push_key) and
/// [`push_index`](crate::field::push_index) make it. Keys hold no escapes that matter: a quote or a
/// backslash in one ends the search early.
fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("[\"") {
            let Some((key, after)) = after.split_once("\"]") else { break };
            steps.push(Step::Key(key.to_owned()));
            rest = after;
        } else if let Some(after) = rest.strip_prefix('[') {
            let Some((Ok(index), after)) =
                after.split_once(']').map(|(index, after)| (index.parse(), after))
            else {
                break;
            };
            steps.push(Step::Index(index));
            rest = after;
        } else {
            rest = rest.strip_prefix('.').unwrap_or(rest);
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            if key.is_empty() {
                break;
            }
            steps.push(Step::Key(key.to_owned()));
            rest = after;
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::read::stream;

    #[test]
    fn paths_lead_to_places() {
        let text = "machine:\n  list:\n  - a: 1\n  - b: 2\n  labels:\n    x.y/z: 3\n---\nkind: K\nname: n\nfield: 1\n";
        let documents = stream(text.as_bytes()).unwrap();
        for (document, path, want) in [
            ("", "machine.list[1].b", "4:5"),
            ("", r#"machine.labels["x.y/z"]"#, "6:5"),
            ("", "machine.network.hostname", "1:1"),
            ("", "machine.list[7]", "2:3"),
            ("", "[", "1:1"),
            ("K n", "field", "10:1"),
            ("K n", "", "8:1"),
            ("K other", "field", "10:1"),
            ("L", "field", "0:0"),
        ] {
            assert_eq!(place(&documents, document, path).to_string(), want, "{document} {path}");
        }
    }
}
