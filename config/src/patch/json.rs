//! JSON patches (RFC 6902): a list of operations on places that JSON pointers (RFC 6901) name.
//!
//! They work on a configuration of one document, as with the peer. A member that no operation has is
//! ignored, as the standard says.

use super::Target;
use super::merge::is_same;
use crate::fault::{Fault, Place};
use crate::field::{nearest, push_index};
use crate::value::free;
use crate::yaml::read::MAX_DEPTH;
use crate::yaml::{Node, Tree, Value};

/// Most operations of a patch: far more than people write, few enough to be done at once.
const MAX_OPERATIONS: usize = 4096;
/// Most values that all `copy` of a patch make together: what a configuration may hold.
const MAX_COPIED: usize = 250_000;
/// Most text that all `copy` of a patch make together.
const MAX_COPIED_TEXT: usize = 16 << 20;

/// One operation.
#[derive(Debug)]
pub(super) struct Operation {
    place: Place,
    index: usize,
    path: Pointer,
    what: What,
}

/// What is done at the place.
#[derive(Debug)]
enum What {
    Add(Tree),
    Remove,
    Replace(Tree),
    Move(Pointer),
    Copy(Pointer),
    Test(Tree),
}

const VERBS: [&str; 6] = ["add", "remove", "replace", "move", "copy", "test"];

/// A JSON pointer: its parts, unescaped.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pointer(Vec<String>);

impl Pointer {
    /// Reads `/a/b~1c`; the empty text is the whole document.
    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self(Vec::new()));
        }
        let part = |part: &str| part.replace("~1", "/").replace("~0", "~");
        Some(Self(text.strip_prefix('/')?.split('/').map(part).collect()))
    }
}

/// Reads the operations of a patch.
///
/// # Errors
/// All that is wrong with it.
pub(super) fn decode(items: &[Node]) -> Result<Vec<Operation>, Vec<Fault>> {
    let mut faults = Vec::new();
    if let Some(item) = items.get(MAX_OPERATIONS) {
        faults.push(Fault::at(item.place, format!("more than {MAX_OPERATIONS} operations")));
        return Err(faults);
    }
    let read = |(index, item)| operation(index, item, &mut faults);
    let operations: Vec<_> = items.iter().enumerate().filter_map(read).collect();
    if faults.is_empty() { Ok(operations) } else { Err(faults) }
}

/// Reads one operation. None after a fault was noted.
fn operation(index: usize, item: &Node, faults: &mut Vec<Fault>) -> Option<Operation> {
    let mut wrong = |place, rule: String, hint| {
        let mut path = String::new();
        push_index(&mut path, index);
        faults.push(Fault { path, hint, ..Fault::at(place, rule) });
    };
    let Value::Map(_) = &item.value else {
        wrong(item.place, "an operation must be a mapping with op and path".to_owned(), None);
        return None;
    };
    let mut pointer = |key: &str| match item.get(key).map(|entry| &entry.value) {
        Some(Node { place, value: Value::Scalar(text, _) }) => {
            let pointer = Pointer::parse(text);
            if pointer.is_none() {
                wrong(*place, format!("{key} must be a pointer, as /machine/type"), None);
            }
            pointer
        }
        _ => {
            wrong(item.place, format!("must have {key}, a pointer as /machine/type"), None);
            None
        }
    };
    let path = pointer("path");
    let verb = match item.get("op").map(|entry| &entry.value) {
        Some(Node { value: Value::Scalar(verb, _), .. }) => verb.as_str(),
        _ => "",
    };
    let what = match verb {
        "remove" => What::Remove,
        "move" => What::Move(pointer("from")?),
        "copy" => What::Copy(pointer("from")?),
        "add" | "replace" | "test" => {
            let Some(entry) = item.get("value") else {
                wrong(item.place, format!("{verb} must have a value"), None);
                return None;
            };
            let value = free(&entry.value);
            match verb {
                "add" => What::Add(value),
                "replace" => What::Replace(value),
                _ => What::Test(value),
            }
        }
        _ => {
            let place = item.get("op").map_or(item.place, |entry| entry.value.place);
            let rule = format!("op must be one of {}", VERBS.join(", "));
            wrong(place, rule, nearest(verb, &VERBS));
            return None;
        }
    };
    Some(Operation { place: item.place, index, path: path?, what })
}

/// Does the operations one after the other.
///
/// # Errors
/// The first that cannot be done. Those before it have been done then.
pub(super) fn apply(operations: &[Operation], targets: &mut [Target]) -> Result<(), Box<Fault>> {
    let place = operations.first().map_or(Place::START, |operation| operation.place);
    let [target] = targets else {
        let rule = "JSON patches work on a configuration of one document: write it as a strategic \
                    merge patch";
        return Err(Box::new(Fault::at(place, rule)));
    };
    let mut copied = Weight::default();
    for operation in operations {
        let outcome = run(operation, &mut target.tree, &mut copied);
        outcome.map_err(|rule| {
            let mut path = String::new();
            push_index(&mut path, operation.index);
            Box::new(Fault { path, ..Fault::at(operation.place, rule) })
        })?;
    }
    Ok(())
}

/// Does one operation; the rule that it breaks otherwise.
fn run(operation: &Operation, tree: &mut Tree, copied: &mut Weight) -> Result<(), String> {
    let path = &operation.path;
    match &operation.what {
        What::Add(value) => add(tree, path, value.clone()),
        What::Remove => remove(tree, path).map(|_removed| ()),
        What::Replace(value) => {
            fits(path, value)?;
            *at(tree, path)? = value.clone();
            Ok(())
        }
        What::Move(from) => {
            if path.0.len() > from.0.len() && path.0.starts_with(&from.0) {
                return Err("nothing can be moved into itself".to_owned());
            }
            let value = remove(tree, from)?;
            add(tree, path, value)
        }
        What::Copy(from) => {
            let value = &*at(tree, from)?;
            copied.count(value)?;
            let value = value.clone();
            add(tree, path, value)
        }
        What::Test(value) => {
            if is_same(at(tree, path)?, value) {
                Ok(())
            } else {
                Err("the test fails: the value is another".to_owned())
            }
        }
    }
}

/// The number of a list's item.
fn number(part: &str, items: usize) -> Result<usize, String> {
    let plain = part == "0" || !part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit());
    let index = part.parse().ok().filter(|_| plain);
    index.ok_or_else(|| format!("the list has {items} items, and {part:?} is the number of none"))
}

/// The value at a place.
fn at<'t>(mut tree: &'t mut Tree, path: &Pointer) -> Result<&'t mut Tree, String> {
    for part in &path.0 {
        tree = match tree {
            Tree::Map(fields) => {
                let found = fields.iter_mut().find(|(name, _)| name == part);
                found.map(|(_, value)| value).ok_or_else(|| format!("there is no {part:?}"))?
            }
            Tree::List(items) => {
                let count = items.len();
                let index = number(part, count)?;
                items.get_mut(index).ok_or_else(|| {
                    format!("the list has {count} items, and {part:?} is the number of none")
                })?
            }
            Tree::Null | Tree::Word(_) | Tree::Text(_) | Tree::Secret(..) => {
                return Err(format!("there is no {part:?}: what should hold it holds nothing"));
            }
        };
    }
    Ok(tree)
}

/// The place that holds the last part of a path, and that part.
fn around<'t, 'p>(
    tree: &'t mut Tree,
    path: &'p Pointer,
) -> Result<Option<(&'t mut Tree, &'p str)>, String> {
    let Some((last, before)) = path.0.split_last() else { return Ok(None) };
    Ok(Some((at(tree, &Pointer(before.to_vec()))?, last)))
}

/// Whether a value is not too deep for a place: operations could pile values on each other.
fn fits(path: &Pointer, value: &Tree) -> Result<(), String> {
    fn depth(tree: &Tree) -> usize {
        match tree {
            Tree::List(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
            Tree::Map(fields) => {
                1 + fields.iter().map(|(_, value)| depth(value)).max().unwrap_or(0)
            }
            Tree::Null | Tree::Word(_) | Tree::Text(_) | Tree::Secret(..) => 0,
        }
    }
    if path.0.len() + depth(value) > MAX_DEPTH {
        return Err(format!("nested deeper than {MAX_DEPTH} levels"));
    }
    Ok(())
}

/// Puts a value at a place.
fn add(tree: &mut Tree, path: &Pointer, value: Tree) -> Result<(), String> {
    fits(path, &value)?;
    let (holder, last) = match around(tree, path)? {
        Some(found) => found,
        None => {
            *tree = value;
            return Ok(());
        }
    };
    match holder {
        Tree::Map(fields) => match fields.iter_mut().find(|(name, _)| name == last) {
            Some((_, old)) => *old = value,
            None => fields.push((last.to_owned(), value)),
        },
        Tree::List(items) => {
            let index = if last == "-" { items.len() } else { number(last, items.len())? };
            if index > items.len() {
                let count = items.len();
                return Err(format!("the list has {count} items, and {last:?} is beyond its end"));
            }
            items.insert(index, value);
        }
        Tree::Null | Tree::Word(_) | Tree::Text(_) | Tree::Secret(..) => {
            return Err(format!(
                "there is no place for {last:?}: it must be in a mapping or a list"
            ));
        }
    }
    Ok(())
}

/// Takes the value away that is at a place.
fn remove(tree: &mut Tree, path: &Pointer) -> Result<Tree, String> {
    at(tree, path)?;
    let Some((holder, last)) = around(tree, path)? else {
        return Err("the whole document cannot be removed".to_owned());
    };
    match holder {
        Tree::Map(fields) => {
            let index = fields.iter().position(|(name, _)| name == last);
            index.map(|index| fields.remove(index).1)
        }
        Tree::List(items) => {
            let index = number(last, items.len())?;
            (index < items.len()).then(|| items.remove(index))
        }
        Tree::Null | Tree::Word(_) | Tree::Text(_) | Tree::Secret(..) => None,
    }
    .ok_or_else(|| format!("there is no {last:?}"))
}

/// What the copies of a patch amount to.
#[derive(Debug, Default)]
struct Weight {
    values: usize,
    text: usize,
}

impl Weight {
    /// Counts a value that is copied.
    fn count(&mut self, tree: &Tree) -> Result<(), String> {
        self.values += 1;
        match tree {
            Tree::Word(text) | Tree::Text(text) => self.text += text.len(),
            Tree::List(items) => items.iter().try_for_each(|item| self.count(item))?,
            Tree::Map(fields) => {
                for (key, value) in fields {
                    self.text += key.len();
                    self.count(value)?;
                }
            }
            Tree::Null | Tree::Secret(..) => {}
        }
        if self.values > MAX_COPIED || self.text > MAX_COPIED_TEXT {
            return Err("the copies are more than a configuration can hold".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::read::stream;
    use crate::yaml::tree::Show;

    fn patch(text: &str, operations: &str) -> Result<String, String> {
        let read = |text: &str| stream(text.as_bytes()).unwrap().remove(0);
        let Value::List(items) = read(operations).value else { panic!("a list") };
        let shown = |faults: Vec<Fault>| crate::fault::summary(&faults);
        let operations = decode(&items).map_err(shown)?;
        let target = Target { label: String::new(), origin: None, tree: free(&read(text)) };
        let mut targets = [target];
        apply(&operations, &mut targets).map_err(|fault| fault.to_string())?;
        Ok(targets[0].tree.to_yaml(Show::Secrets))
    }

    /// Runs operations on a document and compares in any notation.
    fn check(text: &str, operations: &str, want: &str) {
        let want = patch(want, "[]").unwrap();
        assert_eq!(patch(text, operations), Ok(want), "{operations}");
    }

    fn refused(text: &str, operations: &str, want: &str) {
        assert_eq!(patch(text, operations).unwrap_err(), want, "{operations}");
    }

    #[test]
    fn the_operations_do_what_the_standard_says() {
        let text = "{a: {b: [x, y]}, 'c/d~e': 1}";
        check(
            text,
            "[{op: add, path: /a/z, value: {q: 1}}]",
            "{a: {b: [x, y], z: {q: 1}}, 'c/d~e': 1}",
        );
        check(text, "[{op: add, path: /a/b/1, value: n}]", "{a: {b: [x, n, y]}, 'c/d~e': 1}");
        check(text, "[{op: add, path: /a/b/-, value: n}]", "{a: {b: [x, y, n]}, 'c/d~e': 1}");
        check(text, "[{op: add, path: /a/b, value: n}]", "{a: {b: n}, 'c/d~e': 1}");
        check(text, "[{op: replace, path: /c~1d~0e, value: 2}]", "{a: {b: [x, y]}, 'c/d~e': 2}");
        check(text, "[{op: remove, path: /a/b/0}, {op: remove, path: /c~1d~0e}]", "{a: {b: [y]}}");
        check(text, "[{op: move, from: /a/b, path: /b}]", "{a: {}, 'c/d~e': 1, b: [x, y]}");
        check(
            text,
            "[{op: copy, from: /a, path: /a/c}]",
            "{a: {b: [x, y], c: {b: [x, y]}}, 'c/d~e': 1}",
        );
        check(text, "[{op: test, path: /c~1d~0e, value: 0x1}]", text);
        check(text, "[{op: replace, path: '', value: {e: f}}]", "{e: f}");
    }

    #[test]
    fn what_cannot_be_done_is_refused_with_its_place() {
        let text = "{a: {b: [x, y]}, c: 1}";
        for (operations, want) in [
            ("[{op: add, path: /n/o, value: 1}]", "1:2: [0]: there is no \"n\""),
            ("[{op: replace, path: /n, value: 1}]", "1:2: [0]: there is no \"n\""),
            (
                "[{op: test, path: /c, value: 1},\n {op: remove, path: /n}]",
                "2:2: [1]: there is no \"n\"",
            ),
            (
                "[{op: add, path: /a/b/3, value: 1}]",
                "1:2: [0]: the list has 2 items, and \"3\" is beyond its end",
            ),
            (
                "[{op: remove, path: /a/b/01}]",
                "1:2: [0]: the list has 2 items, and \"01\" is the number of none",
            ),
            ("[{op: test, path: /c, value: 2}]", "1:2: [0]: the test fails: the value is another"),
            ("[{op: move, from: /a, path: /a/b/0}]", "1:2: [0]: nothing can be moved into itself"),
            (
                "[{op: ad, path: /c, value: 1}]",
                "1:7: [0]: op must be one of add, remove, replace, move, copy, test, did you mean \"add\"?",
            ),
            (
                "[{op: add, path: c, value: 1}]",
                "1:18: [0]: path must be a pointer, as /machine/type",
            ),
            ("[{op: add, path: /c}]", "1:2: [0]: add must have a value"),
            ("[{op: copy, path: /c}]", "1:2: [0]: must have from, a pointer as /machine/type"),
            ("[x]", "1:2: [0]: an operation must be a mapping with op and path"),
        ] {
            refused(text, operations, want);
        }
    }

    #[test]
    fn a_bomb_of_copies_ends_early() {
        let copies = "{op: copy, from: '', path: /a},".repeat(100);
        refused("{x: 1}", &format!("[{copies}]"), "1:1955: [63]: nested deeper than 64 levels");
        let copies: String =
            (0..100).map(|number| format!("{{op: copy, from: /x, path: /x/a{number}}},")).collect();
        refused(
            "{x: {y: 1}}",
            &format!("[{copies}]"),
            "1:552: [16]: the copies are more than a configuration can hold",
        );
    }
}
