//! Any configuration that can be read, from the table of fields; and its values as paths.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use config::Config;
use config::table::{Json, Kind, Scalar, Shape, Table, kinds};

/// Deepest nesting of parts that are not ours.
const FREE_DEPTH: usize = 3;

/// Numbers that say what comes next; 0 when they are used up, which is always the plainest choice.
#[derive(Debug)]
struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    fn number(&mut self, below: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % below
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.number(of.len())]
    }
}

/// The configuration that the choices make: a root document, and up to four others.
pub(crate) fn config(choices: &[u8]) -> Config {
    let mut choices = Choices(choices.iter());
    let mut text = String::new();
    document(&kinds()[0], &mut choices, &mut text);
    let mut others: BTreeMap<String, String> = BTreeMap::new();
    for _ in 0..choices.number(5) {
        let kind = &kinds()[1 + choices.number(kinds().len() - 1)];
        let mut text = String::new();
        let name = document(kind, &mut choices, &mut text);
        others.insert(format!("{} {name}", kind.kind), text);
    }
    for other in others.values() {
        text.push_str("---\n");
        text.push_str(other);
    }
    match Config::decode(text.as_bytes()) {
        Ok((config, _)) => config,
        Err(faults) => panic!("{}\n{text}", config::fault::summary(&faults)),
    }
}

/// Writes a document, some of its fields in a line each; its name.
fn document(kind: &Kind, choices: &mut Choices<'_>, out: &mut String) -> String {
    let mut name = String::new();
    if !kind.kind.is_empty() {
        writeln!(out, "apiVersion: v1alpha1\nkind: {}", kind.kind).unwrap();
    }
    for row in kind.table.fields() {
        if row.key == "name" {
            name = scalar_of(&row.shape).sample.trim_matches('"').to_owned();
            writeln!(out, "name: {name:?}").unwrap();
        } else if kind.kind.is_empty() && matches!(row.key, "machine" | "cluster") {
            writeln!(out, "{}: # ours", row.key).unwrap();
            let Shape::Section(table) = row.shape else { panic!("a section") };
            block(table, choices, out);
        } else if choices.number(3) == 1 {
            writeln!(out, "{}: {}", row.key, value(&row.shape, choices, 0)).unwrap();
        }
    }
    name
}

/// Writes some fields of a section, each on its line.
fn block(table: &Table, choices: &mut Choices<'_>, out: &mut String) {
    let mut any = false;
    for row in table.fields() {
        if choices.number(4) == 1 {
            writeln!(out, "  {}: {}", row.key, value(&row.shape, choices, 0)).unwrap();
            any = true;
        }
    }
    if !any {
        writeln!(out, "  # nothing\n  {{}}").unwrap();
    }
}

fn scalar_of(shape: &Shape) -> &'static Scalar {
    shape.scalar().unwrap_or_else(|| panic!("a scalar"))
}

/// A value in one line.
fn value(shape: &Shape, choices: &mut Choices<'_>, depth: usize) -> String {
    match shape {
        Shape::Scalar(of) => scalar(of, choices),
        Shape::List(item) => list(choices, |choices| value(item, choices, depth)),
        Shape::Map(item) => map(choices, |choices| value(item, choices, depth)),
        Shape::Section(table) => {
            let mut fields = Vec::new();
            for row in table.fields() {
                if choices.number(4) == 1 {
                    fields.push(format!("{}: {}", row.key, value(&row.shape, choices, depth)));
                }
            }
            format!("{{{}}}", fields.join(", "))
        }
        Shape::Free => map(choices, |choices| free(choices, depth)),
        Shape::Argument => match choices.number(2) {
            0 => text(choices),
            _ => list(choices, text),
        },
    }
}

fn list(choices: &mut Choices<'_>, mut item: impl FnMut(&mut Choices<'_>) -> String) -> String {
    let items: Vec<_> = (0..choices.number(4)).map(|_| item(choices)).collect();
    format!("[{}]", items.join(", "))
}

fn map(choices: &mut Choices<'_>, mut value: impl FnMut(&mut Choices<'_>) -> String) -> String {
    let mut fields = BTreeMap::new();
    for _ in 0..choices.number(4) {
        let key = choices.one(&["a", "b.c/d", "\"\"", "\"x y\"", "\"1\"", "kind", "é"]);
        fields.insert(key, value(choices));
    }
    let fields: Vec<_> = fields.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{{{}}}", fields.join(", "))
}

/// Something that is not ours.
fn free(choices: &mut Choices<'_>, depth: usize) -> String {
    match choices.number(if depth < FREE_DEPTH { 5 } else { 3 }) {
        0 => choices.one(&["0", "1", "1.5", "0.0", "-7", "0x1f"]).to_owned(),
        1 => text(choices),
        2 => choices.one(&["null", "true", "false"]).to_owned(),
        3 => list(choices, |choices| free(choices, depth + 1)),
        _ => map(choices, |choices| free(choices, depth + 1)),
    }
}

fn text(choices: &mut Choices<'_>) -> String {
    let all =
        ["\"\"", "a", "b", "\"0\"", "\"true\"", "\"two\\nlines\\n\"", "'it''s'", "\"# é\"", "x: y"];
    let text = choices.one(&all);
    if text == "x: y" { "\"x: y\"".to_owned() } else { text.to_owned() }
}

fn scalar(of: &Scalar, choices: &mut Choices<'_>) -> String {
    if !of.words.is_empty() {
        return format!("{:?}", choices.one(of.words));
    }
    if let Some((low, high)) = of.range {
        let numbers = [low.max(0), 1, 7, 1500.min(high), high];
        return numbers[choices.number(numbers.len())].to_string();
    }
    match (of.name, of.json) {
        ("text" | "secret text", _) => text(choices),
        (_, Json::Boolean) => choices.one(&["false", "true"]).to_owned(),
        ("IP address", _) => choices.one(&["10.0.0.1", "\"fd00::1\"", "\"FD00:0::2\""]).to_owned(),
        ("address with prefix" | "address", _) => {
            choices.one(&["10.0.0.1/24", "\"fd00::1/64\"", "10.0.0.0/8"]).to_owned()
        }
        ("link name", _) => choices.one(&["eth0", "eth1", "bond0"]).to_owned(),
        ("size", _) => choices.one(&["10GiB", "5MB", "50%", "1024"]).to_owned(),
        ("duration", _) => choices.one(&["0s", "1m0s", "500ms"]).to_owned(),
        ("port or range of ports", _) => choices.one(&["80", "9000-9100"]).to_owned(),
        _ => of.sample.to_owned(),
    }
}

/// The values of a configuration by document and path.
#[derive(Debug)]
pub(crate) struct Values(BTreeMap<(String, String), String>);

/// Reads the text that the configuration is written as, line by line: a second opinion on what is
/// where, that shares nothing with the comparison.
pub(crate) fn values(config: &Config) -> Values {
    let mut values = BTreeMap::new();
    for document in config.documents() {
        let text = single(config, &document.label());
        let tree: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
        walk(&tree, String::new(), &mut |path, value| {
            values.insert((document.label(), path), value);
        });
    }
    Values(values)
}

/// The text of one document.
fn single(config: &Config, label: &str) -> String {
    let index = config.documents().iter().position(|document| document.label() == label).unwrap();
    config.encode().split("\n---\n").nth(index).unwrap().to_owned()
}

fn walk(tree: &serde_json::Value, path: String, take: &mut impl FnMut(String, String)) {
    match tree {
        serde_json::Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                walk(item, format!("{path}[{index}]"), take);
            }
        }
        serde_json::Value::Object(fields) if !fields.is_empty() => {
            for (key, value) in fields {
                let plain = !key.is_empty() && !key.contains(['.', '[', ']', '"', ' ', ':']);
                let path = match (plain, path.is_empty()) {
                    (false, _) => format!("{path}[{key:?}]"),
                    (true, true) => key.clone(),
                    (true, false) => format!("{path}.{key}"),
                };
                walk(value, path, take);
            }
        }
        leaf => take(path, leaf.to_string()),
    }
}

/// Whether a path is another or below it.
pub(crate) fn is_below(path: &str, other: &str) -> bool {
    path.strip_prefix(other)
        .is_some_and(|rest| other.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
}

impl Values {
    /// The values at a path and below it.
    pub(crate) fn below(&self, document: &str, path: &str) -> Vec<(&str, &str)> {
        let all = self.0.iter().filter(|((label, at), _)| label == document && is_below(at, path));
        all.map(|((_, at), value)| (at.as_str(), value.as_str())).collect()
    }

    /// Paths at which the other has another value, or none.
    pub(crate) fn differing(&self, other: &Self) -> Vec<(String, String)> {
        let differs = |(at, value): &(&(String, String), &String)| other.0.get(*at) != Some(*value);
        self.0.iter().filter(differs).map(|(at, _)| at.clone()).collect()
    }
}
