//! What a command prints, and in which form.

use std::io::{self, IsTerminal as _, Write};

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use serde_json::{Map, Value};

use crate::clean::clean;
use crate::table::Table;
use crate::yaml;

/// Where output goes. Standard output is buffered: commands flush when a person may be waiting.
pub(crate) struct Output {
    /// What the operator asked for.
    pub(crate) out: Box<dyn Write>,
    /// What they should know besides.
    pub(crate) err: Box<dyn Write>,
    /// Whether `out` is a terminal, which bytes of a node must not drive.
    pub(crate) terminal: bool,
}

impl Output {
    /// The streams of this process.
    pub(crate) fn of_process() -> Self {
        let terminal = io::stdout().is_terminal();
        let out = Box::new(io::BufWriter::new(io::stdout().lock()));
        Self { out, err: Box::new(io::stderr()), terminal }
    }
}

/// The form of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// Columns for people.
    #[default]
    #[value(alias = "text")]
    Table,
    /// A document per item, as YAML.
    Yaml,
    /// A document per item, as JSON.
    Json,
}

/// Prints the answers of nodes: as the table that `rows` fills, or each whole as a document.
///
/// `name` is the full name of the message type in the contract.
pub(crate) fn answers<T: Message>(
    output: &mut Output,
    format: Format,
    (name, columns): (&str, &[&str]),
    given: &[(String, T)],
    mut rows: impl FnMut(&mut Table, &str, &T),
) -> anyhow::Result<()> {
    if format == Format::Table {
        let mut table = Table::new(columns);
        for (node, answer) in given {
            rows(&mut table, node, answer);
        }
        if !table.is_empty() {
            output.out.write_all(table.render().as_bytes())?;
        }
        return Ok(());
    }
    let pool = DescriptorPool::decode(api::DESCRIPTOR)?;
    for (node, answer) in given {
        document(output, format, &labelled(&pool, name, node, answer)?)?;
    }
    Ok(())
}

/// A message as a value, its node first in place of its metadata.
pub(crate) fn labelled<T: Message>(
    pool: &DescriptorPool,
    name: &str,
    node: &str,
    message: &T,
) -> anyhow::Result<Value> {
    let Some(descriptor) = pool.get_message_by_name(name) else {
        anyhow::bail!("no message {name} in the contract");
    };
    let dynamic = DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice())?;
    let options =
        SerializeOptions::new().stringify_64_bit_integers(false).skip_default_fields(false);
    let mut map = match dynamic.serialize_with_options(serde_json::value::Serializer, &options)? {
        Value::Object(map) => map,
        other => Map::from_iter([("value".to_owned(), other)]),
    };
    map.remove("metadata");
    map.insert("node".to_owned(), Value::String(node.to_owned()));
    Ok(Value::Object(map))
}

/// Prints one document.
pub(crate) fn document(output: &mut Output, format: Format, value: &Value) -> anyhow::Result<()> {
    match format {
        Format::Json => {
            let mut serializer = serde_json::Serializer::with_formatter(
                &mut output.out,
                serde_json::ser::PrettyFormatter::with_indent(b"    "),
            );
            serde::Serialize::serialize(value, &mut serializer)?;
            output.out.write_all(b"\n")?;
        }
        Format::Yaml | Format::Table => {
            output.out.write_all(b"---\n")?;
            output.out.write_all(crate::clean::strip(&yaml::write(value)?).as_bytes())?;
        }
    }
    Ok(())
}

/// The lines of a node's text, each behind the node's name, as they arrive in chunks.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// What of the last line has come so far, by node.
    open: std::collections::BTreeMap<String, Vec<u8>>,
}

/// Longest line that is kept together; a longer one is printed in pieces.
const MAX_LINE: usize = 64 * 1024;

/// Most nodes whose last line is kept: as many as one command names.
const MAX_OPEN: usize = 1024;

impl Lines {
    /// Prints the lines that a chunk completes.
    pub(crate) fn take(&mut self, output: &mut Output, node: &str, chunk: &[u8]) -> io::Result<()> {
        if self.open.len() > MAX_OPEN {
            std::mem::take(self).finish(output)?;
        }
        let open = self.open.entry(node.to_owned()).or_default();
        let mut parts = chunk.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            open.extend_from_slice(part);
            if parts.peek().is_some() || open.len() > MAX_LINE {
                line(output, node, open)?;
                open.clear();
            }
        }
        output.out.flush()
    }

    /// Prints the lines that never ended.
    pub(crate) fn finish(self, output: &mut Output) -> io::Result<()> {
        for (node, open) in self.open {
            if !open.is_empty() {
                line(output, &node, &open)?;
            }
        }
        output.out.flush()
    }
}

/// Prints one line of a node.
fn line(output: &mut Output, node: &str, bytes: &[u8]) -> io::Result<()> {
    writeln!(output.out, "{node}: {}", clean_line(bytes))
}

/// A line for a terminal; its tabs stay.
fn clean_line(bytes: &[u8]) -> String {
    crate::clean::strip(&String::from_utf8_lossy(bytes)).replace('\n', " ")
}

/// A value that stands in a column.
pub(crate) fn cell(text: &str) -> String {
    clean(text)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    /// A writer whose content a test reads.
    #[derive(Debug, Clone, Default)]
    pub(crate) struct Sink(Rc<RefCell<Vec<u8>>>);

    impl Sink {
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.borrow().clone()).expect("text")
        }
    }

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// An output with its two sinks.
    pub(crate) fn sinks() -> (Output, Sink, Sink) {
        let (out, err) = (Sink::default(), Sink::default());
        let output =
            Output { out: Box::new(out.clone()), err: Box::new(err.clone()), terminal: false };
        (output, out, err)
    }

    #[test]
    fn lines_are_whole_and_behind_their_node() {
        let (mut output, out, _) = sinks();
        let mut lines = Lines::default();
        for (node, chunk) in
            [("a", "one\ntw"), ("b", "x\n"), ("a", "o\n\nthr\u{1b}[1mee"), ("b", "y")]
        {
            lines.take(&mut output, node, chunk.as_bytes()).expect("written");
        }
        lines.finish(&mut output).expect("written");
        assert_eq!(out.text(), "a: one\nb: x\na: two\na: \na: three\nb: y\n");
    }

    #[test]
    fn a_message_becomes_a_document() {
        let pool = DescriptorPool::decode(api::DESCRIPTOR).expect("the descriptor is ours");
        let memory = api::machine::Memory {
            metadata: Some(api::common::Metadata {
                hostname: "x".to_owned(),
                ..Default::default()
            }),
            meminfo: Some(api::machine::MemInfo { memtotal: u64::MAX, ..Default::default() }),
        };
        let value = labelled(&pool, "machine.Memory", "10.0.0.2", &memory).expect("a value");
        assert_eq!(value["node"], "10.0.0.2");
        assert_eq!(value["meminfo"]["memtotal"], u64::MAX);
        assert_eq!(value["meminfo"]["memfree"], 0);
        assert!(value.get("metadata").is_none());
    }
}
