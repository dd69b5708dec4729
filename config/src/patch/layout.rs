//! Where the parts of a text stand, to the byte: what is needed to change some and leave the rest.
//!
//! What the parts mean is not looked at, and what stands inside braces and brackets is one part.

use std::ops::Range;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

/// One document of a stream.
#[derive(Debug)]
pub(super) struct Layout {
    /// From its marker, if it has one, to the marker of the next.
    pub(super) segment: Range<usize>,
    /// Its content.
    pub(super) part: Part,
}

/// One value.
#[derive(Debug)]
pub(super) struct Part {
    /// Where it begins, behind an anchor, a tag, and the mark of a block of text.
    pub(super) start: usize,
    /// Where it ends, without the white space behind it.
    pub(super) end: usize,
    /// What it is made of.
    pub(super) form: Form,
}

/// What a value is made of.
#[derive(Debug)]
pub(super) enum Form {
    /// A scalar on one line.
    Line,
    /// Whatever is only replaced as a whole: a block of text, braces, brackets, an alias.
    Whole,
    /// A list with a dash for each item.
    List(Vec<Part>),
    /// A mapping with a line for each entry.
    Map(Vec<Entry>),
}

/// One entry of a mapping.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where its key stands.
    pub(super) key: Range<usize>,
    /// Its value.
    pub(super) value: Part,
}

/// A collection that is being read.
#[derive(Debug)]
enum Open {
    /// In braces or brackets, with how many more inside.
    Flow(usize),
    List(Vec<Part>),
    Map {
        entries: Vec<Entry>,
        key: Option<Range<usize>>,
    },
}

/// The documents of a text that was read before, null ones included. None if it is written in a way
/// that cannot be followed.
pub(super) fn layout(text: &str) -> Option<Vec<Layout>> {
    let mut documents: Vec<Layout> = Vec::new();
    let mut stack: Vec<(usize, Open)> = Vec::new();
    let mut begun = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.ok()?;
        let range = span.byte_range()?;
        match event {
            Event::DocumentStart(explicit, _) => {
                begun = if explicit {
                    text.get(..range.start)?.rfind('\n').map_or(0, |at| at + 1)
                } else {
                    documents.last().map_or(0, |last| last.part.end)
                };
                if let Some(last) = documents.last_mut() {
                    last.segment.end = begun;
                }
            }
            Event::Scalar(_, style, ..) => {
                let part = scalar(text, style, &range)?;
                close(&mut stack, &mut documents, begun, part)?;
            }
            Event::Alias(_) => {
                let part = Part { start: range.start, end: range.end, form: Form::Whole };
                close(&mut stack, &mut documents, begun, part)?;
            }
            Event::SequenceStart(style, ..) => {
                open(&mut stack, &range, style, Open::List(Vec::new()))
            }
            Event::MappingStart(style, ..) => {
                open(&mut stack, &range, style, Open::Map { entries: Vec::new(), key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some((_, Open::Flow(inside))) = stack.last_mut()
                    && *inside > 0
                {
                    *inside -= 1;
                    continue;
                }
                let (start, open) = stack.pop()?;
                let part = finish(text, start, &range, open)?;
                close(&mut stack, &mut documents, begun, part)?;
            }
            _ => {}
        }
    }
    if let Some(last) = documents.last_mut() {
        last.segment.end = text.len();
    }
    Some(documents)
}

/// A scalar as a part.
fn scalar(text: &str, style: ScalarStyle, range: &Range<usize>) -> Option<Part> {
    let written = text.get(range.clone())?.trim_end();
    let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
    let form = if block || written.contains('\n') { Form::Whole } else { Form::Line };
    Some(Part { start: range.start, end: range.start + written.len(), form })
}

/// Begins a collection; one inside braces or brackets is only counted.
fn open(stack: &mut Vec<(usize, Open)>, range: &Range<usize>, style: StructureStyle, open: Open) {
    match (stack.last_mut(), style) {
        (Some((_, Open::Flow(inside))), _) => *inside += 1,
        (_, StructureStyle::Flow) => stack.push((range.start, Open::Flow(0))),
        (_, StructureStyle::Block) => stack.push((range.start, open)),
    }
}

/// A collection that has been read.
fn finish(text: &str, start: usize, range: &Range<usize>, open: Open) -> Option<Part> {
    // A block ends where something else begins, which is behind comments: its last part counts.
    Some(match open {
        Open::Flow(_) => Part { start, end: range.end, form: Form::Whole },
        Open::List(items) => {
            // A list at the column of its key begins at its first item, says the parser.
            let before = text.get(..items.first()?.start)?.trim_end_matches(' ');
            let start = if before.ends_with('-') { before.len() - 1 } else { start };
            Part { start, end: items.last()?.end, form: Form::List(items) }
        }
        Open::Map { entries, key: None } => {
            Part { start, end: entries.last()?.value.end, form: Form::Map(entries) }
        }
        Open::Map { key: Some(_), .. } => return None,
    })
}

/// Adds a part to what holds it.
fn close(
    stack: &mut [(usize, Open)],
    documents: &mut Vec<Layout>,
    begun: usize,
    mut part: Part,
) -> Option<()> {
    match stack.last_mut() {
        None => documents.push(Layout { segment: begun..part.end, part }),
        // What stands in braces or brackets is no part of its own.
        Some((_, Open::Flow(_))) => {}
        Some((_, Open::List(items))) => items.push(part),
        Some((_, Open::Map { entries, key })) => match key.take() {
            None => *key = Some(part.start..part.end),
            Some(name) => {
                // Nothing at all stands wherever the parser was; it counts as behind its key.
                if part.start == part.end {
                    (part.start, part.end, part.form) = (name.end, name.end, Form::Whole);
                }
                entries.push(Entry { key: name, value: part });
            }
        },
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of a text, each in angle brackets, those of collections inside.
    fn show(text: &str, part: &Part) -> String {
        let cut = |range: Range<usize>| text[range].replace('\n', "\\n");
        match &part.form {
            Form::Line => cut(part.start..part.end),
            Form::Whole => format!("<{}>", cut(part.start..part.end)),
            Form::List(items) => {
                let items: Vec<_> = items.iter().map(|item| show(text, item)).collect();
                format!("[{}]", items.join("|"))
            }
            Form::Map(entries) => {
                let entries: Vec<_> = entries
                    .iter()
                    .map(|entry| format!("{}={}", cut(entry.key.clone()), show(text, &entry.value)))
                    .collect();
                format!("{{{}}}", entries.join("|"))
            }
        }
    }

    fn check(text: &str, want: &str) {
        let documents = layout(text).unwrap();
        let shown: Vec<_> = documents.iter().map(|document| show(text, &document.part)).collect();
        assert_eq!(shown.join(" --- "), want, "{text}");
        let segments: String =
            documents.iter().map(|document| &text[document.segment.clone()]).collect();
        assert_eq!(segments, text);
    }

    #[test]
    fn parts_are_where_they_stand() {
        check("a: 1 # x\nb:\n  - c\n  - d: 'e'\n    f:\n", "{a=1|b=[c|{d='e'|f=<>}]}");
        check("a: {b: [1, {c: d}]}\ne: [\n  f]\n", "{a=<{b: [1, {c: d}]}>|e=<[\\n  f]>}");
        check("a: |\n  x\n  y\n\nb: >-\n  z\nc: 1", "{a=<x\\n  y>|b=<z>|c=1}");
        check("a: &n !!str x\nb: *n\n", "{a=x|b=<*n>}");
        check("- a\n-\n  b: 1\n- - c\n  - d\n", "[a|{b=1}|[c|d]]");
        let documents = layout("a:\n- b\nc:\n  # d\n  - e\n").unwrap();
        let Form::Map(entries) = &documents[0].part.form else { panic!("a mapping") };
        assert_eq!((entries[0].value.start, entries[1].value.start), (3, 18));
        check("é: ü\nb: y\n", "{é=ü|b=y}");
    }

    #[test]
    fn documents_go_from_marker_to_marker() {
        check(
            "# first\na: 1\n--- # second\nb: 2\n...\n---\n# none\n---\nc: 3\n",
            "{a=1} --- {b=2} ---  --- {c=3}",
        );
        check("{\"a\": 1}", "<{\"a\": 1}>");
    }
}
