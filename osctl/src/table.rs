//! Columns for people, in plain text: aligned, three blanks apart, nothing at line ends.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Width, presets};

use crate::output::cell;

/// A table that grows by rows.
#[derive(Debug)]
pub(crate) struct Table {
    inner: comfy_table::Table,
}

impl Table {
    /// A table with these columns.
    pub(crate) fn new(columns: &[impl AsRef<str>]) -> Self {
        let mut table = Self::bare();
        table.inner.set_header(columns.iter().map(|name| cell(name.as_ref())));
        table
    }

    /// A table without a header.
    pub(crate) fn bare() -> Self {
        let mut inner = comfy_table::Table::new();
        inner.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        Self { inner }
    }

    /// Adds a row; what is not printable is left out.
    pub(crate) fn row(&mut self, cells: &[impl AsRef<str>]) {
        self.inner.add_row(cells.iter().map(|text| cell(text.as_ref())));
    }

    /// The number of its rows.
    pub(crate) fn len(&self) -> usize {
        self.inner.row_count()
    }

    /// Whether it has no rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text, header first.
    pub(crate) fn render(&mut self) -> String {
        self.render_aligned(&[])
    }

    /// The text, each column at least as wide as given, so that later rows stand below earlier ones.
    pub(crate) fn render_aligned(&mut self, widths: &[u16]) -> String {
        let last = self.inner.column_count().saturating_sub(1);
        for (index, column) in self.inner.column_iter_mut().enumerate() {
            column.set_cell_alignment(CellAlignment::Left);
            column.set_padding((0, if index == last { 0 } else { 3 }));
            if let Some(width) = widths.get(index) {
                let width = width.saturating_add(if index == last { 0 } else { 3 });
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
            }
        }
        let mut text = String::new();
        for line in self.inner.lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// The widths that the columns have now.
    pub(crate) fn widths(&self) -> Vec<u16> {
        self.inner.column_max_content_widths()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(&["NODE", "NAME", "LAST"]);
        table.row(&["10.0.0.2", "a", ""]);
        table.row(&["b", "a\u{1b}[1m\nb", "z"]);
        let widths = table.widths();
        assert_eq!(table.render(), "NODE       NAME   LAST\n10.0.0.2   a\nb          a b    z\n");
        let mut more = Table::bare();
        more.row(&["b", "c", "d"]);
        assert_eq!(more.render_aligned(&widths), "b          c      d\n");
    }
}
