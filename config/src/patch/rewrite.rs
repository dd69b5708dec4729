//! Writing what was patched into the text that it came from: what is the same stays to the byte,
//! comments included.
//!
//! What was written is read again and compared with what was wanted; where they differ (an alias may
//! reach what was changed) the documents are written anew. So a mistake here costs comments, never a
//! value.

use std::ops::Range;

use super::Target;
use super::layout::{Entry, Form, Layout, Part, layout};
use super::merge::{field, is_equal};
use crate::diff::{Line, compare};
use crate::value::free;
use crate::yaml::tree::{self, Show};
use crate::yaml::{Tree, read, scalar};

/// The byte order mark, which the parser does not see.
const MARK: &str = "\u{feff}";

/// The text with the documents of `targets` in place of those that it held.
pub(super) fn rewrite(bytes: &[u8], old: &[Tree], targets: &[Target]) -> String {
    let whole = String::from_utf8_lossy(bytes);
    let (mark, text) = whole.strip_prefix(MARK).map_or(("", &*whole), |text| (MARK, text));
    let wanted: Vec<&Tree> = targets.iter().map(|target| &target.tree).collect();
    let written = in_place(text, old, targets).filter(|text| holds(text, &wanted));
    let text = written.unwrap_or_else(|| {
        let texts: Vec<_> = wanted.iter().map(|tree| tree.to_yaml(Show::Secrets)).collect();
        texts.join("---\n")
    });
    format!("{mark}{text}")
}

/// Whether a text holds these documents.
fn holds(text: &str, wanted: &[&Tree]) -> bool {
    read::stream(text.as_bytes()).is_ok_and(|nodes| {
        nodes.len() == wanted.len()
            && nodes.iter().zip(wanted).all(|(node, tree)| is_equal(&free(node), tree))
    })
}

/// The text with only what differs written anew. None if its form cannot be followed.
fn in_place(text: &str, old: &[Tree], targets: &[Target]) -> Option<String> {
    let mut layouts = layout(text)?;
    layouts.retain(|layout| {
        let part = &layout.part;
        let is_scalar = matches!(part.form, Form::Line | Form::Whole);
        !(is_scalar && text.get(part.start..part.end).is_none_or(scalar::is_null))
    });
    if layouts.len() != old.len() {
        return None;
    }
    let mut editor = Editor { text, edits: Vec::new() };
    for (index, (layout, old)) in layouts.iter().zip(old).enumerate() {
        match targets.iter().find(|target| target.origin == Some(index)) {
            None => editor.edits.push((layout.segment.clone(), String::new())),
            Some(target) => editor.document(layout, old, &target.tree)?,
        }
    }
    let mut out = editor.finish()?;
    for target in targets.iter().filter(|target| target.origin.is_none()) {
        if !out.is_empty() {
            if !out.ends_with('\n') {
                out.push('\n');
            }
            out.push_str("---\n");
        }
        out.push_str(&target.tree.to_yaml(Show::Secrets));
    }
    Some(out)
}

/// Items that change together, and the one behind them that stays.
#[derive(Debug, Default)]
struct Run {
    gone: Vec<usize>,
    new: Vec<usize>,
    same: Option<usize>,
}

/// A script as runs.
fn runs(script: Vec<Line>) -> Vec<Run> {
    let mut runs = vec![Run::default()];
    for line in script {
        if runs.last().is_some_and(|run| run.same.is_some()) {
            runs.push(Run::default());
        }
        let Some(run) = runs.last_mut() else { continue };
        match line {
            Line::Gone(index) => run.gone.push(index),
            Line::New(index) => run.new.push(index),
            Line::Same(index, _) => run.same = Some(index),
        }
    }
    runs
}

/// Changes of a text.
#[derive(Debug)]
struct Editor<'t> {
    text: &'t str,
    edits: Vec<(Range<usize>, String)>,
}

impl Editor<'_> {
    /// The text with all changes. None if two of them touch the same part.
    fn finish(mut self) -> Option<String> {
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        let (mut out, mut at) = (String::new(), 0);
        for (range, new) in &self.edits {
            out.push_str(self.text.get(at..range.start)?);
            if range.is_empty() && !new.is_empty() && !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            out.push_str(new);
            at = range.end;
        }
        out.push_str(self.text.get(at..)?);
        Some(out)
    }

    /// Where the line of a place begins.
    fn line(&self, place: usize) -> Option<usize> {
        Some(self.text.get(..place)?.rfind('\n').map_or(0, |at| at + 1))
    }

    /// Where the next line begins behind a place.
    fn next_line(&self, place: usize) -> Option<usize> {
        Some(self.text.get(place..)?.find('\n').map_or(self.text.len(), |at| place + at + 1))
    }

    /// The column of a place, if nothing but white space and dashes is before it.
    fn column(&self, place: usize) -> Option<usize> {
        let before = self.text.get(self.line(place)?..place)?;
        before.bytes().all(|byte| matches!(byte, b' ' | b'-')).then_some(before.len())
    }

    /// Whether a place is the first on its line.
    fn is_first(&self, place: usize) -> Option<bool> {
        Some(self.text.get(self.line(place)?..place)?.bytes().all(|byte| byte == b' '))
    }

    /// A document, in place if possible.
    fn document(&mut self, layout: &Layout, old: &Tree, new: &Tree) -> Option<()> {
        let kept = self.edits.len();
        if self.value(&layout.part, old, new).is_some() {
            return Some(());
        }
        self.edits.truncate(kept);
        let Range { start, end } = layout.part.start..layout.part.end;
        let written = new.to_yaml(Show::Secrets);
        // What stood behind a marker, or a tag, goes to a line of its own.
        let start = if self.is_first(start)? { self.line(start)? } else { start };
        let lead = if self.line(start)? == start { "" } else { "\n" };
        self.edits.push((start..end, format!("{lead}{}", written.trim_end_matches('\n'))));
        Some(())
    }

    /// A value where it stands. None if what holds it must be written anew; edits may be left over.
    fn value(&mut self, part: &Part, old: &Tree, new: &Tree) -> Option<()> {
        if old == new {
            return Some(());
        }
        match (&part.form, old, new) {
            (Form::Line, _, Tree::Null | Tree::Word(_) | Tree::Text(_)) => {
                let written = new.to_yaml(Show::Secrets);
                let written = written.strip_suffix('\n').filter(|text| !text.contains('\n'))?;
                self.edits.push((part.start..part.end, written.to_owned()));
                Some(())
            }
            (Form::Map(entries), Tree::Map(old), Tree::Map(fields)) if !fields.is_empty() => {
                self.map(entries, old, new, fields)
            }
            (Form::List(items), Tree::List(old), Tree::List(new)) if !new.is_empty() => {
                self.list(part, items, old, new)
            }
            _ => None,
        }
    }

    /// The entries of a mapping: changed, deleted, and new ones behind the last.
    fn map(
        &mut self,
        entries: &[Entry],
        old: &[(String, Tree)],
        new: &Tree,
        fields: &[(String, Tree)],
    ) -> Option<()> {
        if entries.len() != old.len() {
            return None;
        }
        let column = self.column(entries.first()?.key.start)?;
        let end = self.next_line(entries.last()?.value.end)?;
        let mut first = 0;
        if !self.is_first(entries.first()?.key.start)? {
            // Behind a dash the first one that stays moves up to it.
            first = old.iter().position(|(key, _)| field(new, key).is_some())?;
            if first > 0 {
                let gone = entries.first()?.key.start..entries.get(first)?.key.start;
                self.edits.push((gone, String::new()));
            }
        }
        for (index, (entry, (key, old))) in entries.iter().zip(old).enumerate().skip(first) {
            let above = index.checked_sub(1).and_then(|before| entries.get(before));
            let above = above.map(|entry| entry.value.end);
            match field(new, key) {
                None => self.delete(entry.key.start, entry.value.end, above)?,
                Some(value) => {
                    let kept = self.edits.len();
                    if self.value(&entry.value, old, value).is_none() {
                        self.edits.truncate(kept);
                        let written = tree::entry(key, value, column);
                        self.replace(entry.key.start..entry.value.end, written)?;
                    }
                }
            }
        }
        let is_new = |(key, _): &&(String, Tree)| old.iter().all(|(known, _)| known != key);
        for (key, value) in fields.iter().filter(is_new) {
            self.insert(end, column, &tree::entry(key, value, column));
        }
        Some(())
    }

    /// The items of a list: those that stay are found first, what is between them is changed.
    fn list(&mut self, part: &Part, items: &[Part], old: &[Tree], new: &[Tree]) -> Option<()> {
        if items.len() != old.len() || self.text.as_bytes().get(part.start) != Some(&b'-') {
            return None;
        }
        let column = self.column(part.start)?;
        let top = self.line(part.start)?;
        // Where the next new item goes: behind what came last.
        let mut end = top;
        for run in runs(compare(old, new)) {
            let changed = run.gone.len().min(run.new.len());
            for (&gone, &index) in run.gone.iter().zip(&run.new) {
                let (item, new, kept) = (items.get(gone)?, new.get(index)?, self.edits.len());
                if self.value(item, old.get(gone)?, new).is_none() {
                    self.edits.truncate(kept);
                    let dash = self.dash(item, column)?;
                    self.replace(dash..item.end, tree::item(new, column))?;
                }
                end = self.next_line(item.end)?;
            }
            for &gone in run.gone.iter().skip(changed) {
                let (item, above) = (items.get(gone)?, gone.checked_sub(1));
                let above = above.and_then(|before| items.get(before)).map(|item| item.end);
                self.delete(self.dash(item, column)?, item.end, above)?;
                end = self.next_line(item.end)?;
            }
            for &index in run.new.iter().skip(changed) {
                if end == top && !self.is_first(part.start)? {
                    return None;
                }
                self.insert(end, column, &tree::item(new.get(index)?, column));
            }
            if let Some(same) = run.same {
                end = self.next_line(items.get(same)?.end)?;
            }
        }
        Some(())
    }

    /// Where the dash of an item is: at the list's column, on the item's line or above.
    fn dash(&self, item: &Part, column: usize) -> Option<usize> {
        let mut line = self.line(item.start)?;
        loop {
            let dash = line + column;
            if dash < item.start && self.text.as_bytes().get(dash) == Some(&b'-') {
                return Some(dash);
            }
            line = self.line(line.checked_sub(1)?)?;
        }
    }

    /// Deletes whole lines, and the comments right above them that belong to them: those that begin at
    /// the same column, but not above the first of its kind, where they may be about all.
    fn delete(&mut self, start: usize, end: usize, above: Option<usize>) -> Option<()> {
        if !self.is_first(start)? {
            return None;
        }
        let (column, mut from) = (self.column(start)?, self.line(start)?);
        let least = above.map_or(Some(from), |above| self.next_line(above))?;
        while from > least {
            let before = self.line(from - 1)?;
            let line = self.text.get(before..from)?;
            if before < least
                || line.find(|c| c != ' ') != Some(column)
                || !line.trim_start().starts_with('#')
            {
                break;
            }
            from = before;
        }
        self.edits.push((from..self.next_line(end)?, String::new()));
        Some(())
    }

    /// Writes an entry or an item anew. A comment behind it goes to the end of its first line.
    fn replace(&mut self, range: Range<usize>, mut new: String) -> Option<()> {
        let rest = self.text.get(range.end..self.next_line(range.end)?)?.trim_end();
        let mut end = range.end;
        if let Some(first) = new.find('\n')
            && rest.trim_start().starts_with('#')
        {
            new.insert_str(first, rest);
            end += rest.len();
        }
        self.edits.push((range.start..end, new));
        Some(())
    }

    /// Puts lines before a line.
    fn insert(&mut self, place: usize, column: usize, new: &str) {
        self.edits.push((place..place, format!("{}{new}\n", " ".repeat(column))));
    }
}

#[cfg(test)]
mod tests;
