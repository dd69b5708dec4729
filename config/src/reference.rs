//! The reference pages of the book, made from the tables of the fields: one page for each kind of
//! document, and a list of them.
//!
//! Only the test that compares them with the book uses it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::generate::example_of;
use crate::table::{Kind, Row, Shape, Table, kinds};
use crate::yaml::Tree;
use crate::yaml::tree::Show;

/// Deepest section that is described: the deepest of today is at 6.
const DEPTH: usize = 10;
/// How the pages are made again.
const MADE: &str =
    "Made from the program itself by `UPDATE_EXPECT=1 cargo test -p config reference`.";

/// Fields that an example leaves out because others in it exclude them, or because only long texts
/// would do.
const LEFT_OUT: [(&str, &str); 6] = [
    ("DHCPv4Config", "duidRaw"),
    ("DHCPv6Config", "duidRaw"),
    ("HostnameConfig", "auto"),
    ("RegistryTLSConfig", "ca"),
    ("RegistryTLSConfig", "clientIdentity"),
    ("TimeSyncConfig", "ptp"),
];

/// All pages by their path below the book's root.
fn pages() -> BTreeMap<String, String> {
    let mut pages = BTreeMap::from([("reference/config.md".to_owned(), index())]);
    for kind in kinds() {
        pages.insert(format!("reference/config/{}.md", file(kind)), page(kind));
    }
    pages
}

/// What a kind's page is called.
fn file(kind: &Kind) -> String {
    if kind.kind.is_empty() { "root".to_owned() } else { kind.kind.to_lowercase() }
}

/// What a kind is called.
fn title(kind: &Kind) -> &'static str {
    if kind.kind.is_empty() { "The root document" } else { kind.kind }
}

/// The list of kinds.
fn index() -> String {
    let mut text = format!(
        "# Configuration\n\n{MADE}\n\n\
         A configuration is a stream of documents.\n\
         The root document has no `kind`; every other one has an `apiVersion`, `v1alpha1`, and one of these kinds.\n\n\
         | kind | what it does | named | effect |\n|---|---|---|---|\n"
    );
    for kind in kinds() {
        let effect = if kind.is_applied() { "yes" } else { "none yet" };
        let named = if kind.named { "yes" } else { "" };
        let (title, file, doc) = (title(kind), file(kind), cell(kind.table.doc));
        text.push_str(&format!("| [{title}](config/{file}.md) | {doc} | {named} | {effect} |\n"));
    }
    text
}

/// One kind.
fn page(kind: &Kind) -> String {
    let mut text = format!("# {}\n\n{MADE}\n\n{}\n", title(kind), paragraph(kind.table.doc));
    if !kind.kind.is_empty() {
        let header = [("apiVersion", "v1alpha1"), ("kind", kind.kind)];
        let mut fields: Vec<(String, Tree)> =
            header.map(|(key, value)| (key.to_owned(), Tree::Text(value.to_owned()))).to_vec();
        if let Some(Tree::Map(more)) = example_of(kind.table) {
            let left_out = |key: &str| LEFT_OUT.contains(&(kind.kind, key));
            fields.extend(more.into_iter().filter(|(key, _)| !left_out(key)));
        }
        text.push_str(&format!("\n```yaml\n{}```\n", Tree::Map(fields).to_yaml(Show::Masks)));
    }
    let mut sections = vec![];
    table(kind.table, "", Above::Open, &mut text, &mut sections);
    let mut depth = 0;
    while !sections.is_empty() && depth < DEPTH {
        for (path, section, above) in std::mem::take(&mut sections) {
            text.push_str(&format!("\n## `{path}`\n\n{}\n", paragraph(section.doc)));
            table(section, &path, above, &mut text, &mut sections);
        }
        depth += 1;
    }
    assert!(sections.is_empty(), "{}: deeper than {DEPTH}", title(kind));
    text
}

/// A section further down: its path, its fields, and what was said of it where it stands.
type Section = (String, &'static Table, Above);

/// Who was said to apply a section where it stands.
#[derive(Debug, Clone, Copy)]
enum Above {
    /// Its fields say it.
    Open,
    /// Nobody.
    Idle,
    /// These controllers, all of it.
    Applied(&'static [&'static str]),
}

impl Above {
    /// What is said of what is below a field.
    fn below(self, row: &Row) -> Self {
        match self {
            Self::Open if row.idle => Self::Idle,
            Self::Open if !row.applied.is_empty() => Self::Applied(row.applied),
            said => said,
        }
    }
}

/// The fields of a section; the sections among them are noted.
fn table(
    section: &'static Table,
    path: &str,
    above: Above,
    text: &mut String,
    sections: &mut Vec<Section>,
) {
    let embedded = |row: &Row| row.key.is_empty();
    let mut rows: Vec<(&Row, Above)> = Vec::new();
    for row in section.rows {
        match row.shape {
            Shape::Section(inner) if embedded(row) => {
                let below = above.below(row);
                rows.extend(inner.rows.iter().map(|inner| (inner, below)));
            }
            _ => rows.push((row, above)),
        }
    }
    if rows.is_empty() {
        return;
    }
    text.push_str("\n| field | takes | default | effect | meaning |\n|---|---|---|---|---|\n");
    for (row, above) in rows {
        let below =
            if path.is_empty() { row.key.to_owned() } else { format!("{path}.{}", row.key) };
        if let Some((steps, inner)) = inner(&row.shape) {
            sections.push((format!("{below}{steps}"), inner, above.below(row)));
        }
        let mark = if row.required { " (required)" } else { "" };
        let told = cell(row.doc).contains("Deprecated");
        let old = if row.hidden && !told { " Deprecated." } else { "" };
        let default =
            if row.default.is_empty() { String::new() } else { format!("`{}`", row.default) };
        text.push_str(&format!(
            "| `{}`{mark} | {} | {default} | {} | {}{old} |\n",
            row.key,
            takes(&row.shape),
            effect(row, above),
            cell(row.doc),
        ));
    }
}

/// The section that a shape leads to, and the steps to it.
fn inner(shape: &Shape) -> Option<(String, &'static Table)> {
    match shape {
        Shape::Section(table) => Some((String::new(), table)),
        Shape::List(item) => inner(item).map(|(steps, table)| (format!("[]{steps}"), table)),
        Shape::Map(item) => inner(item).map(|(steps, table)| (format!(".*{steps}"), table)),
        Shape::Scalar(_) | Shape::Free | Shape::Argument => None,
    }
}

/// What may be written.
fn takes(shape: &Shape) -> String {
    match shape {
        Shape::Scalar(scalar) if !scalar.words.is_empty() => {
            let words: Vec<_> = scalar.words.iter().map(|word| format!("`{word}`")).collect();
            words.join(", ")
        }
        Shape::Scalar(scalar) => match scalar.range {
            Some((least, most)) => format!("{}, {least} to {most}", scalar.name),
            None => scalar.name.to_owned(),
        },
        Shape::List(item) => format!("list: {}", takes(item)),
        Shape::Map(item) => format!("mapping: {}", takes(item)),
        Shape::Section(_) => "section".to_owned(),
        Shape::Free => "any mapping".to_owned(),
        Shape::Argument => "text or list of texts".to_owned(),
    }
}

/// Who applies a field.
fn effect(row: &Row, above: Above) -> String {
    let appliers = match above.below(row) {
        Above::Open => row.appliers(),
        Above::Idle => Vec::new(),
        Above::Applied(names) => names.to_vec(),
    };
    if row.inert {
        "says what the document is".to_owned()
    } else if appliers.is_empty() {
        "none yet".to_owned()
    } else {
        appliers.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }
}

/// A doc as the text of a page: one sentence per line.
fn paragraph(doc: &[&str]) -> String {
    cell(doc).replace(". ", ".\n").replace("\\|", "|")
}

/// A doc as a table's cell.
fn cell(doc: &[&str]) -> String {
    let text = doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    text.trim().replace('|', "\\|")
}

/// The book's root.
fn book() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

#[test]
fn the_reference_is_that_of_the_program() {
    let pages = pages();
    assert_eq!(pages.len(), kinds().len() + 1);
    let folder = book().join("reference/config");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        for (path, text) in &pages {
            std::fs::write(book().join(path), text).unwrap();
        }
    }
    for (path, text) in &pages {
        let held = std::fs::read_to_string(book().join(path)).unwrap_or_default();
        assert!(held == *text, "UPDATE_EXPECT=1 rewrites {path}; now it is:\n{text}");
    }
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(pages.contains_key(&format!("reference/config/{name}")), "{name} is no page");
    }
    let summary = std::fs::read_to_string(book().join("SUMMARY.md")).unwrap();
    for path in pages.keys() {
        assert!(summary.contains(&format!("({path})")), "SUMMARY.md lacks {path}");
    }
}

#[test]
fn the_examples_of_the_pages_are_valid() {
    let mut wrong = Vec::new();
    for kind in kinds().iter().filter(|kind| !kind.kind.is_empty()) {
        let page = page(kind);
        let example = page.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
        let faults = match crate::Config::decode(example.as_bytes()) {
            Ok((config, _)) => crate::validate(&config, types::Mode::Metal),
            Err(faults) => faults,
        };
        if !faults.is_empty() {
            wrong.push(format!("{}: {}\n{example}", kind.kind, crate::fault::summary(&faults)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
