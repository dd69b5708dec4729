//! How a resource looks: a row, a document, or what a path finds in it.

use std::collections::BTreeMap;
use std::io::Write as _;

use anyhow::Context as _;
use cosi::wire::{Metadata, Resource};
use serde::Serialize;
use serde_json::{Value, json};

use super::Form;
use crate::clean::{clean, strip};
use crate::human::timestamp;
use crate::output::{Format, Output, document};
use crate::resource::Kind;
use crate::table::Table;
use crate::yaml;

/// What a row of a watch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// It is no watch.
    None,
    New,
    Changed,
    Gone,
}

impl Mark {
    fn symbol(self) -> &'static str {
        match self {
            Self::New => "+",
            Self::Gone => "-",
            Self::None | Self::Changed => "",
        }
    }

    fn word(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::New => Some("created"),
            Self::Changed => Some("updated"),
            Self::Gone => Some("destroyed"),
        }
    }
}

/// Prints resources. The rows of a table are kept until the widths are known; later ones come under
/// the columns of the first.
pub(super) struct Printer<'a> {
    form: &'a Form,
    kind: Kind,
    watch: bool,
    table: Option<Table>,
    widths: Vec<u16>,
}

impl<'a> Printer<'a> {
    pub(super) fn new(form: &'a Form, kind: Kind, watch: bool) -> Self {
        let mut columns: Vec<String> = vec!["NODE".to_owned()];
        if watch {
            columns.push("*".to_owned());
        }
        columns.extend(["NAMESPACE", "TYPE", "ID", "VERSION"].map(str::to_owned));
        columns.extend(kind.columns.iter().map(|(name, _)| name.to_uppercase()));
        Self { form, kind, watch, table: Some(Table::new(&columns)), widths: Vec::new() }
    }

    /// One resource.
    pub(super) fn take(
        &mut self,
        output: &mut Output,
        node: &str,
        mark: Mark,
        resource: &Resource,
    ) -> anyhow::Result<()> {
        let metadata = resource.metadata.clone().unwrap_or_default();
        let text = resource.spec.as_ref().map_or("", |spec| spec.yaml_spec.as_str());
        let name = || format!("{node}: {} {}", self.kind.name, clean(&metadata.id));
        match self.form {
            Form::Common(Format::Table) => {
                let spec = parsed(text).with_context(name)?;
                let cells = self.cells(node, mark, &metadata, &spec);
                self.table.get_or_insert_with(Table::bare).row(&cells);
            }
            Form::Common(Format::Yaml) => {
                let document = whole(node, mark, &metadata, text).with_context(name)?;
                output.out.write_all(strip(&document).as_bytes())?;
            }
            Form::Common(Format::Json) => {
                let value = value(node, mark, &metadata, parsed(text).with_context(name)?);
                document(output, Format::Json, &value)?;
            }
            Form::Path(template) => {
                let value = value(node, mark, &metadata, parsed(text).with_context(name)?);
                writeln!(output.out, "{}", strip(&template.render(&value)))?;
            }
        }
        Ok(())
    }

    /// The cells of a row.
    fn cells(&self, node: &str, mark: Mark, metadata: &Metadata, spec: &Value) -> Vec<String> {
        let mut cells = vec![node.to_owned()];
        if self.watch {
            cells.push(mark.symbol().to_owned());
        }
        cells.push(metadata.namespace.clone());
        cells.push(self.kind.display.clone());
        cells.push(metadata.id.clone());
        cells.push(metadata.version.clone());
        cells.extend(self.kind.columns.iter().map(|(_, template)| template.render(spec)));
        cells
    }

    /// Prints what is kept.
    pub(super) fn complete(&mut self, output: &mut Output) -> anyhow::Result<()> {
        if matches!(self.form, Form::Common(Format::Table))
            && let Some(mut table) = self.table.take()
            // A header without rows says only in a watch that something may come.
            && (self.watch || !table.is_empty())
        {
            if self.widths.is_empty() {
                self.widths = table.widths();
            }
            output.out.write_all(table.render_aligned(&self.widths).as_bytes())?;
        }
        output.out.flush()?;
        Ok(())
    }
}

/// The spec as a value; nothing for a tombstone.
fn parsed(text: &str) -> Result<Value, yaml::YamlError> {
    if text.is_empty() { Ok(Value::Null) } else { yaml::read(text) }
}

/// Metadata in the order in which people read it.
#[derive(Serialize)]
struct Shown<'a> {
    namespace: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    id: &'a str,
    version: Value,
    owner: &'a str,
    phase: &'a str,
    created: String,
    updated: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<&'a String, &'a String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'a String, &'a String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    finalizers: &'a [String],
}

/// The metadata as it is shown. A version is a number unless the resource never had one.
fn shown(metadata: &Metadata) -> Shown<'_> {
    let version = metadata.version.parse::<u64>().map(Value::from);
    Shown {
        namespace: &metadata.namespace,
        kind: &metadata.r#type,
        id: &metadata.id,
        version: version.unwrap_or_else(|_undefined| Value::from(metadata.version.clone())),
        owner: &metadata.owner,
        phase: &metadata.phase,
        created: timestamp(metadata.created.as_ref()),
        updated: timestamp(metadata.updated.as_ref()),
        labels: metadata.labels.iter().collect(),
        annotations: metadata.annotations.iter().collect(),
        finalizers: &metadata.finalizers,
    }
}

/// A resource as one value.
fn value(node: &str, mark: Mark, metadata: &Metadata, spec: Value) -> Value {
    let mut value = json!({"node": node, "metadata": shown(metadata), "spec": spec});
    if let (Some(word), Some(map)) = (mark.word(), value.as_object_mut()) {
        map.insert("event".to_owned(), Value::from(word));
    }
    value
}

/// A resource as one YAML document; its spec stays as the node wrote it.
fn whole(
    node: &str,
    mark: Mark,
    metadata: &Metadata,
    spec: &str,
) -> Result<String, yaml::YamlError> {
    let mut text = String::from("---\n");
    // An address needs no quotes, which the writer would put around its digits.
    if node.parse::<std::net::IpAddr>().is_ok() {
        text.push_str(&format!("node: {node}\n"));
    } else {
        text.push_str(&yaml::write(&json!({"node": node}))?);
    }
    if let Some(word) = mark.word() {
        text.push_str(&format!("event: {word}\n"));
    }
    text.push_str("metadata:\n");
    text.push_str(&indented(&yaml::write(&shown(metadata))?));
    match parsed(spec)? {
        Value::Null => {}
        // A block collection moves as it is, and keeps its order and comments.
        Value::Object(map) if !map.is_empty() && !spec.trim_start().starts_with('{') => {
            text.push_str("spec:\n");
            text.push_str(&indented(spec));
        }
        Value::Array(list) if !list.is_empty() && !spec.trim_start().starts_with('[') => {
            text.push_str("spec:\n");
            text.push_str(&indented(spec));
        }
        Value::String(lines) if block(&lines) => {
            let keep = if lines.ends_with('\n') { "|" } else { "|-" };
            text.push_str(&format!("spec: {keep}\n{}", indented(&lines)));
        }
        other => text.push_str(&yaml::write(&json!({"spec": other}))?),
    }
    Ok(text)
}

/// Whether a text can stand as a literal block (YAML 1.2, 8.1.2) without an indentation indicator.
fn block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n'])
        && !text.ends_with("\n\n")
        && !text.contains(|c: char| c.is_control() && c != '\n')
}

/// Each line that is not empty moved by four.
fn indented(text: &str) -> String {
    let mut moved = String::with_capacity(text.len() + text.len() / 8);
    for line in text.lines() {
        if !line.is_empty() {
            moved.push_str("    ");
        }
        moved.push_str(line);
        moved.push('\n');
    }
    moved
}

#[cfg(test)]
mod tests {
    use cosi::wire::Spec;

    use super::*;
    use crate::jsonpath::Template;
    use crate::output::tests::sinks;

    fn kind() -> Kind {
        Kind {
            name: "AddressStatuses.net.talos.dev".to_owned(),
            display: "AddressStatus".to_owned(),
            namespace: "network".to_owned(),
            columns: vec![("Address".to_owned(), Template::parse("{.address}").expect("a path"))],
        }
    }

    fn resource(id: &str, spec: &str) -> Resource {
        Resource {
            metadata: Some(Metadata {
                namespace: "network".to_owned(),
                r#type: "AddressStatuses.net.talos.dev".to_owned(),
                id: id.to_owned(),
                version: "2".to_owned(),
                phase: "running".to_owned(),
                ..Metadata::default()
            }),
            spec: Some(Spec { proto_spec: Vec::new(), yaml_spec: spec.to_owned() }),
        }
    }

    #[test]
    fn a_table_is_aligned_also_later() {
        let (mut output, out, _) = sinks();
        let form = Form::Common(Format::Table);
        let mut printer = Printer::new(&form, kind(), true);
        let first = resource("lo/127.0.0.1/8", "address: 127.0.0.1/8\n");
        printer.take(&mut output, "n", Mark::New, &first).expect("a row");
        printer.complete(&mut output).expect("printed");
        printer.take(&mut output, "n", Mark::Gone, &resource("a", "")).expect("a row");
        printer.complete(&mut output).expect("printed");
        assert_eq!(
            out.text(),
            "NODE   *   NAMESPACE   TYPE            ID               VERSION   ADDRESS\n\
             n      +   network     AddressStatus   lo/127.0.0.1/8   2         127.0.0.1/8\n\
             n      -   network     AddressStatus   a                2\n"
        );
    }

    #[test]
    fn a_document_keeps_the_nodes_own_spec() {
        let check = |spec: &str, expected: &str| {
            let resource = resource("a", spec);
            let metadata = resource.metadata.expect("metadata");
            let text = whole("n", Mark::None, &metadata, spec).expect(spec);
            let at = text.find("\nspec:").map_or(text.len(), |at| at + 1);
            assert_eq!(&text[at..], expected, "{text}");
            let read: Value = yaml::read(&text).expect("a document");
            assert_eq!(read["spec"], parsed(spec).expect(spec), "{text}");
        };
        check("b: 1 # why\na:\n    - x\n", "spec:\n    b: 1 # why\n    a:\n        - x\n");
        check("- 1\n- 2\n", "spec:\n    - 1\n    - 2\n");
        check("controlplane\n", "spec: controlplane\n");
        check("{}\n", "spec: {}\n");
        check("|\n    a: 1\n\n    b: 2\n", "spec: |\n    a: 1\n\n    b: 2\n");
        check("", "");
    }

    #[test]
    fn a_document_begins_with_node_and_metadata() {
        let resource = resource("a", "x: 1\n");
        let metadata = resource.metadata.expect("metadata");
        let text = whole("10.0.0.2", Mark::Changed, &metadata, "x: 1\n").expect("a document");
        assert!(
            text.starts_with(
                "---\nnode: 10.0.0.2\nevent: updated\nmetadata:\n    namespace: network\n"
            ),
            "{text}"
        );
        assert!(text.contains("\n    version: 2\n"), "{text}");
    }
}
