//! A tree without places, and its text: four spaces, block style, as clients of the contract write.
//!
//! A secret is a leaf of its own that always takes one line, so that the text with secrets and the
//! text without have the same lines. That is what lets a diff compare the one and show the other.

use types::Secret;

use super::scalar;

/// A value to be written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    /// Nothing.
    Null,
    /// A scalar whose text is YAML itself: a number, a truth value.
    Word(String),
    /// A text, quoted where needed.
    Text(String),
    /// A secret text and what is shown instead of it.
    Secret(Secret<String>, &'static str),
    /// A list.
    List(Vec<Tree>),
    /// A mapping, in order.
    Map(Vec<(String, Tree)>),
}

/// Whether a text holds the secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    /// As they are.
    Secrets,
    /// Their masks.
    Masks,
}

impl Tree {
    /// The tree as one YAML document, with a final line end and without markers.
    pub(crate) fn to_yaml(&self, show: Show) -> String {
        let mut out = String::new();
        match self {
            Self::Map(entries) if !entries.is_empty() => map(&mut out, entries, 0, show),
            Self::List(items) if !items.is_empty() => list(&mut out, items, 0, show),
            other => {
                leaf(&mut out, other, 0, show);
                out.push('\n');
            }
        }
        out
    }
}

/// An entry of a mapping as it stands at a column: the first line without its indentation, the last
/// without its end.
pub(crate) fn entry(key: &str, value: &Tree, columns: usize) -> String {
    // At column 0 a mapping would be taken for a document of its own, which is the same.
    let mut out = String::new();
    map(&mut out, &[(key.to_owned(), value.clone())], columns, Show::Secrets);
    out.truncate(out.trim_end_matches('\n').len());
    out
}

/// An item of a list, in the same way.
pub(crate) fn item(value: &Tree, columns: usize) -> String {
    let mut out = String::new();
    list(&mut out, std::slice::from_ref(value), columns, Show::Secrets);
    out.truncate(out.trim_end_matches('\n').len());
    out.trim_start_matches(' ').to_owned()
}

/// Spaces per level.
const STEP: usize = 4;

fn indent(out: &mut String, columns: usize) {
    out.extend(std::iter::repeat_n(' ', columns));
}

/// The entries of a mapping, each on its own line.
fn map(out: &mut String, entries: &[(String, Tree)], columns: usize, show: Show) {
    for (index, (key, value)) in entries.iter().enumerate() {
        // The first entry stands where the caller left off.
        if index > 0 || columns == 0 || out.ends_with('\n') {
            indent(out, columns);
        }
        text(out, key, columns, Lines::One);
        out.push(':');
        match value {
            Tree::Map(inner) if !inner.is_empty() => {
                out.push('\n');
                map(out, inner, columns + STEP, show);
            }
            Tree::List(items) if !items.is_empty() => {
                out.push('\n');
                list(out, items, columns + STEP, show);
            }
            other => {
                out.push(' ');
                leaf(out, other, columns + STEP, show);
                out.push('\n');
            }
        }
    }
}

/// The items of a list, each behind a dash.
fn list(out: &mut String, items: &[Tree], columns: usize, show: Show) {
    for item in items {
        indent(out, columns);
        match item {
            Tree::Map(inner) if !inner.is_empty() => {
                out.push_str("- ");
                map(out, inner, columns + 2, show);
            }
            Tree::List(inner) if !inner.is_empty() => {
                out.push_str("-\n");
                list(out, inner, columns + STEP, show);
            }
            other => {
                out.push_str("- ");
                leaf(out, other, columns + STEP, show);
                out.push('\n');
            }
        }
    }
}

/// A value that begins on the line where it stands.
fn leaf(out: &mut String, value: &Tree, columns: usize, show: Show) {
    match value {
        Tree::Null => out.push_str("null"),
        Tree::Word(word) => out.push_str(word),
        Tree::Text(value) => text(out, value, columns, Lines::Many),
        Tree::Secret(secret, mask) => match show {
            Show::Secrets => text(out, secret.expose(), columns, Lines::One),
            Show::Masks => text(out, mask, columns, Lines::One),
        },
        Tree::List(_) => out.push_str("[]"),
        Tree::Map(_) => out.push_str("{}"),
    }
}

/// How many lines a text may take.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}

/// A text: plain where every reader takes it for the same text, a literal block for several lines,
/// else in double quotes.
fn text(out: &mut String, value: &str, columns: usize, lines: Lines) {
    if is_plain(value) {
        out.push_str(value);
    } else if lines == Lines::Many && is_literal(value) {
        let body = value.strip_suffix('\n');
        out.push_str(if body.is_some() { "|" } else { "|-" });
        for line in body.unwrap_or(value).split('\n') {
            out.push('\n');
            if !line.is_empty() {
                indent(out, columns);
                out.push_str(line);
            }
        }
    } else {
        quote(out, value);
    }
}

/// Whether a text needs no quotes anywhere.
fn is_plain(value: &str) -> bool {
    let safe = |c: char| c.is_ascii_alphanumeric() || "/_.:@+=,%~-()*$^<>;".contains(c);
    value.starts_with(|c: char| c.is_ascii_alphanumeric() || "/_.$^+-~(".contains(c))
        && !value.starts_with("---")
        && value != "-"
        && value != "..."
        && !value.starts_with("- ")
        && value.chars().all(|c| safe(c) || c == ' ')
        && !value.ends_with([' ', ':'])
        && !value.contains(": ")
        && !scalar::is_typed(value)
}

/// Whether a text can be a literal block that is read back to the byte.
fn is_literal(value: &str) -> bool {
    let body = value.strip_suffix('\n').unwrap_or(value);
    body.contains('\n')
        && !body.starts_with([' ', '\n', '\t'])
        && !body.ends_with('\n')
        && value.chars().all(|c| c == '\n' || c == '\t' || !c.is_control())
        && !value.contains(UNPRINTED)
}

/// Characters beside the control characters that YAML does not take as they are (section 5.1 of its
/// specification), or takes for something else.
const UNPRINTED: [char; 6] = ['\u{feff}', '\u{2028}', '\u{2029}', '\u{85}', '\u{fffe}', '\u{ffff}'];

/// A text in double quotes.
fn quote(out: &mut String, value: &str) {
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || UNPRINTED.contains(&c) => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::super::read::{Node, Style, Value, stream};
    use super::*;

    /// A tree of texts as it is read back.
    fn back(node: &Node) -> Tree {
        match &node.value {
            Value::Scalar(_, _) if node.is_null() => Tree::Null,
            Value::Scalar(text, Style::Plain) if scalar::is_typed(text) => Tree::Word(text.clone()),
            Value::Scalar(text, _) => Tree::Text(text.clone()),
            Value::List(items) => Tree::List(items.iter().map(back).collect()),
            Value::Map(entries) => Tree::Map(
                entries.iter().map(|entry| (entry.key.clone(), back(&entry.value))).collect(),
            ),
        }
    }

    fn map<const N: usize>(entries: [(&str, Tree); N]) -> Tree {
        Tree::Map(entries.map(|(key, value)| (key.to_owned(), value)).into())
    }

    fn text(value: &str) -> Tree {
        Tree::Text(value.to_owned())
    }

    #[test]
    fn the_form_is_the_one_that_clients_write() {
        let tree = map([
            ("a", Tree::Word("1".into())),
            (
                "b",
                map([(
                    "c",
                    Tree::List(vec![text("x"), map([("d", text("e")), ("f", Tree::List(vec![]))])]),
                )]),
            ),
            ("g", text("line\n  more\n")),
            ("h", text("yes")),
        ]);
        assert_eq!(
            tree.to_yaml(Show::Secrets),
            "a: 1\nb:\n    c:\n        - x\n        - d: e\n          f: []\ng: |\n    line\n      more\nh: \"yes\"\n"
        );
    }

    #[test]
    fn a_secret_takes_one_line_either_way() {
        let tree = map([("key", Tree::Secret(Secret::new("a\nb".into()), "******"))]);
        assert_eq!(tree.to_yaml(Show::Secrets), "key: \"a\\nb\"\n");
        assert_eq!(tree.to_yaml(Show::Masks), "key: \"******\"\n");
    }

    proptest::proptest! {
        #[test]
        fn every_text_comes_back(values in proptest::collection::vec("(?s).{0,40}", 1..8), key in ".{1,12}") {
            let tree = map([(&*key, Tree::List(values.iter().map(|value| text(value)).collect())), ("z z", map([("x", text(&values[0]))]))]);
            proptest::prop_assume!(key != "z z");
            let written = tree.to_yaml(Show::Secrets);
            let read = stream(written.as_bytes());
            proptest::prop_assert!(read.is_ok(), "{read:?}\n{written}");
            proptest::prop_assert_eq!(back(&read.unwrap()[0]), tree, "{}", written);
        }

        #[test]
        fn ordinary_texts_come_back(value in "[-a-z0-9 :#'\"|>&*!%@`\\[\\]{},?~/_.\n]{0,30}") {
            let tree = map([("a", text(&value)), ("b", Tree::List(vec![text(&value)]))]);
            let written = tree.to_yaml(Show::Secrets);
            let read = stream(written.as_bytes());
            proptest::prop_assert!(read.is_ok(), "{read:?}\n{written}");
            proptest::prop_assert_eq!(back(&read.unwrap()[0]), tree, "{}", written);
        }
    }
}
