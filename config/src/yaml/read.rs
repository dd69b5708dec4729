//! YAML bytes to trees with places, within fixed limits.
//!
//! Scalars keep their own spelling, because what `0644` or `1.10` is depends on the field that takes
//! it. Merge keys (`<<`) are ordinary keys, as they are for the contract's other readers.

use std::collections::HashMap;

use serde_saphyr::granit_parser::{
    ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, StructureStyle, Tag,
};

use super::{scalar, syntax};
use crate::fault::{Fault, MAX_FAULTS, Place};

/// Largest input: eight times the largest configuration that was seen (1 MB, inline manifests).
pub(crate) const MAX_BYTES: usize = 8 << 20;
/// Deepest nesting; the deepest known field is at 12, free-form parts go deeper.
pub(crate) const MAX_DEPTH: usize = 64;
/// Most nodes of all documents, aliases counted as what they stand for.
const MAX_NODES: usize = 250_000;
/// Most text of all nodes, aliases counted as what they stand for.
const MAX_TEXT: usize = 16 << 20;
/// Most documents of a stream.
const MAX_DOCUMENTS: usize = 1024;

/// A value and where it stands; an alias stands where it is used.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// A scalar as it is written, and whether quotes (or a block, or a tag) make it text.
    Scalar(String, Style),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in order, keys unique.
    Map(Vec<Entry>),
}

/// Whether a scalar may mean something other than its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// It may.
    Plain,
    /// It is text.
    Quoted,
}

/// One entry of a mapping.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) place: Place,
    pub(crate) value: Node,
}

impl Node {
    /// Whether the node says nothing: `key:`, `key: ~`, `key: null`.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(text, Style::Plain) if scalar::is_null(text))
    }

    /// Levels of collections, at most [`MAX_DEPTH`].
    fn depth(&self) -> usize {
        match &self.value {
            Value::Scalar(..) => 0,
            Value::List(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Value::Map(entries) => {
                1 + entries.iter().map(|entry| entry.value.depth()).max().unwrap_or(0)
            }
        }
    }

    /// The value under a key of a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|entry| entry.key == key),
            Value::Scalar(..) | Value::List(_) => None,
        }
    }
}

/// A fault after which nothing more can be read.
#[derive(Debug)]
struct Stop {
    place: Place,
    rule: String,
}

impl Stop {
    fn at(place: Place, rule: impl Into<String>) -> Self {
        Self { place, rule: rule.into() }
    }
}

impl From<Stop> for Fault {
    fn from(stop: Stop) -> Self {
        Self::at(stop.place, stop.rule)
    }
}

/// All documents of a stream that are not null.
///
/// # Errors
/// Every fault of the text: one of its syntax, where reading ends, or all of its keys and tags.
pub(crate) fn stream(bytes: &[u8]) -> Result<Vec<Node>, Vec<Fault>> {
    let text = utf8(bytes).map_err(|stop| vec![stop.into()])?;
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let step = match event {
            Ok((event, span)) => builder.take(event, place(&span.start)),
            Err(error) => Err(builder.refused(&error)),
        };
        if let Err(stop) = step {
            // Keys found before may be what broke the syntax, so they come first.
            builder.faults.push(stop.into());
            break;
        }
    }
    if builder.faults.is_empty() { Ok(builder.documents) } else { Err(builder.faults) }
}

fn too_deep() -> String {
    format!("nested deeper than {MAX_DEPTH} levels")
}

/// The text, without a byte order mark.
fn utf8(bytes: &[u8]) -> Result<&str, Stop> {
    if bytes.len() > MAX_BYTES {
        return Err(Stop::at(Place::START, format!("larger than {} MiB", MAX_BYTES >> 20)));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let (good, _) = bytes.split_at(error.valid_up_to());
        Stop::at(end(&String::from_utf8_lossy(good)), "not UTF-8")
    })?;
    if let Some((before, _)) = text.split_once('\0') {
        return Err(Stop::at(end(before), "a NUL character, which no YAML text holds"));
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The place behind a text.
fn end(text: &str) -> Place {
    let line = text.rsplit_once('\n').map_or(text, |(_, line)| line);
    Place { line: small(text.matches('\n').count() + 1), column: small(line.chars().count() + 1) }
}

/// The parser counts lines from 1 and columns from 0.
fn place(marker: &Marker) -> Place {
    Place { line: small(marker.line()), column: small(marker.col() + 1) }
}

/// Inputs are far smaller than 4 GiB.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A collection that is being read.
#[derive(Debug)]
enum Open {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, keys: HashMap<String, Place>, key: Option<(String, Place)> },
}

/// A node with what it counts against the limits.
#[derive(Debug)]
struct Anchored {
    node: Node,
    nodes: usize,
    text: usize,
    depth: usize,
}

/// An open collection, where it began, its anchor, and the counts before it.
#[derive(Debug)]
struct Frame {
    open: Open,
    style: StructureStyle,
    place: Place,
    anchor: usize,
    nodes: usize,
    text: usize,
}

#[derive(Debug, Default)]
struct Builder {
    documents: Vec<Node>,
    stack: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    faults: Vec<Fault>,
    nodes: usize,
    text: usize,
    seen: usize,
}

impl Builder {
    /// What the parser refuses. Its scanner runs ahead, so that it may be the first to find a nesting
    /// too deep. A bracket that is open here is often the reason, lines further up.
    fn refused(&self, error: &ScanError) -> Stop {
        let rule = match error.kind() {
            ErrorKind::RecursionLimitExceeded => {
                return Stop::at(place(error.marker()), too_deep());
            }
            kind => syntax::words(kind).map_or_else(|| error.info(), str::to_owned),
        };
        let at = place(error.marker());
        let open = self
            .stack
            .last()
            .filter(|frame| frame.style == StructureStyle::Flow && frame.place != at);
        let rule = match open {
            Some(frame) => format!("{rule}, inside the bracket at {}", frame.place),
            None => rule,
        };
        Stop::at(at, rule)
    }

    /// Takes one event of the parser. An error ends the reading.
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), Stop> {
        match event {
            Event::DocumentStart(..) => {
                self.seen += 1;
                if self.seen > MAX_DOCUMENTS {
                    return Err(Stop::at(place, format!("more than {MAX_DOCUMENTS} documents")));
                }
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let (before, before_text) = (self.nodes, self.text);
                self.count(1, text.len(), place)?;
                let style = self.style(style, tag.as_deref(), place);
                let node = Node { place, value: Value::Scalar(text.into_owned(), style) };
                self.finish(node, anchor, before, before_text)
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.open(Open::List(Vec::new()), style, anchor, tag.as_deref(), place)
            }
            Event::MappingStart(style, anchor, tag) => {
                let open = Open::Map { entries: Vec::new(), keys: HashMap::new(), key: None };
                self.open(open, style, anchor, tag.as_deref(), place)
            }
            Event::SequenceEnd | Event::MappingEnd => match self.stack.pop() {
                Some(Frame { open, place, anchor, nodes, text, .. }) => {
                    let value = match open {
                        Open::List(items) => Value::List(items),
                        Open::Map { entries, .. } => Value::Map(entries),
                    };
                    self.finish(Node { place, value }, anchor, nodes, text)
                }
                None => Ok(()),
            },
            Event::Alias(id) => self.alias(id, place),
            _ => Ok(()),
        }
    }

    /// Puts a copy of an anchored node in the place of its alias.
    fn alias(&mut self, id: usize, place: Place) -> Result<(), Stop> {
        let Some((nodes, text, depth)) =
            self.anchors.get(&id).map(|kept| (kept.nodes, kept.text, kept.depth))
        else {
            return Err(Stop::at(place, "an alias inside what it stands for"));
        };
        self.count(nodes, text, place)?;
        self.fits(depth, place)?;
        match self.anchors.get(&id).map(|kept| kept.node.value.clone()) {
            Some(value) => self.add(Node { place, value }),
            None => Ok(()),
        }
    }

    /// Whether so many levels more fit below the open collections.
    fn fits(&self, levels: usize, place: Place) -> Result<(), Stop> {
        if self.stack.len() + levels > MAX_DEPTH {
            return Err(Stop::at(place, too_deep()));
        }
        Ok(())
    }

    /// Counts nodes and text against the limits.
    fn count(&mut self, nodes: usize, text: usize, place: Place) -> Result<(), Stop> {
        self.nodes += nodes;
        self.text += text;
        if self.nodes > MAX_NODES {
            return Err(Stop::at(place, format!("more than {MAX_NODES} values, aliases included")));
        }
        if self.text > MAX_TEXT {
            return Err(Stop::at(
                place,
                format!("more than {} MiB of text, aliases included", MAX_TEXT >> 20),
            ));
        }
        Ok(())
    }

    /// What a scalar's notation and tag make of it.
    fn style(&mut self, style: ScalarStyle, tag: Option<&Tag>, place: Place) -> Style {
        let plain = style == ScalarStyle::Plain;
        match tag.map(Tag::core_suffix) {
            None if plain => Style::Plain,
            None | Some(Some("str")) => Style::Quoted,
            Some(Some("bool" | "int" | "float" | "null")) => Style::Plain,
            Some(Some(_) | None) => {
                self.note(Fault::at(place, "a tag that has no meaning here"));
                Style::Quoted
            }
        }
    }

    /// Begins a collection.
    fn open(
        &mut self,
        open: Open,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        place: Place,
    ) -> Result<(), Stop> {
        self.fits(1, place)?;
        if tag.is_some_and(|tag| !matches!(tag.core_suffix(), Some("map" | "seq"))) {
            self.note(Fault::at(place, "a tag that has no meaning here"));
        }
        self.stack.push(Frame { open, style, place, anchor, nodes: self.nodes, text: self.text });
        self.count(1, 0, place)
    }

    /// Ends a node: remembers it under its anchor and adds it to what holds it.
    fn finish(&mut self, node: Node, anchor: usize, nodes: usize, text: usize) -> Result<(), Stop> {
        if anchor != 0 {
            let (nodes, text, depth) = (self.nodes - nodes, self.text - text, node.depth());
            let kept = Anchored { node: node.clone(), nodes, text, depth };
            self.count(kept.nodes, kept.text, node.place)?;
            self.anchors.insert(anchor, kept);
        }
        self.add(node)
    }

    /// Adds a node to the open collection, or to the documents.
    fn add(&mut self, node: Node) -> Result<(), Stop> {
        match self.stack.last_mut().map(|frame| &mut frame.open) {
            None => {
                if !node.is_null() {
                    self.documents.push(node);
                }
            }
            Some(Open::List(items)) => items.push(node),
            Some(Open::Map { entries, keys, key }) => match key.take() {
                Some((name, at)) => entries.push(Entry { key: name, place: at, value: node }),
                None => {
                    let Value::Scalar(name, _) = node.value else {
                        return Err(Stop::at(node.place, "a key must be text"));
                    };
                    if let Some(first) = keys.get(&name) {
                        let rule = format!("duplicate key {name:?}, first at {first}");
                        let fault = Fault::at(node.place, rule);
                        self.note(fault);
                    } else {
                        keys.insert(name.clone(), node.place);
                    }
                    if let Some(Frame { open: Open::Map { key, .. }, .. }) = self.stack.last_mut() {
                        *key = Some((name, node.place));
                    }
                }
            },
        }
        Ok(())
    }

    /// Keeps a fault that does not end the reading.
    fn note(&mut self, fault: Fault) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(fault);
        }
    }
}

#[cfg(test)]
mod tests;
