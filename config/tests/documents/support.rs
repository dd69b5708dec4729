//! Documents made from the table of fields.

use config::table::{self, Kind, Row, Shape, Table};

/// One field of one kind, and the way to it.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    /// The kind of document.
    pub(crate) kind: &'static Kind,
    /// The rows from the document to the field.
    pub(crate) rows: Vec<&'static Row>,
}

/// Every field of every kind; a section comes before its fields.
pub(crate) fn paths() -> Vec<Path> {
    let mut all = Vec::new();
    for kind in table::kinds() {
        walk(kind, kind.table, &[], &mut all);
    }
    all
}

fn walk(kind: &'static Kind, table: &'static Table, above: &[&'static Row], all: &mut Vec<Path>) {
    for row in table.fields() {
        let rows = [above, &[row]].concat();
        all.push(Path { kind, rows: rows.clone() });
        if let Some(inner) = row.shape.table() {
            walk(kind, inner, &rows, all);
        }
    }
}

/// The key that stands for any key of a map.
const KEY: &str = "a-key";

impl Path {
    /// The field itself.
    pub(crate) fn row(&self) -> &'static Row {
        self.rows.last().copied().unwrap_or_else(|| unreachable!("a path has a row"))
    }

    /// How faults name the field in a document made by [`document`](Self::document).
    pub(crate) fn name(&self) -> String {
        let mut name = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            if index > 0 {
                name.push('.');
            }
            name.push_str(row.key);
            if index + 1 < self.rows.len() {
                name.push_str(match row.shape {
                    Shape::List(_) => "[0]",
                    Shape::Map(_) => ".a-key",
                    _ => "",
                });
            }
        }
        name
    }

    /// A document with this field alone, and the number of the line it stands on. Without a value the
    /// field is left out, and the section that it belongs to is empty.
    pub(crate) fn document(&self, value: Option<&str>) -> (String, u32) {
        let mut text = header(self.kind);
        if self.rows[0].key == "version" {
            // By which the root document is known.
            text.push_str("debug:\n");
        }
        let mut indent = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            if index + 1 == self.rows.len() {
                match value {
                    Some(value) => text.push_str(&format!("{indent}{}: {value}\n", row.key)),
                    // What was begun above is a mapping.
                    None => text.push_str(&format!("{indent}{{}}\n")),
                }
                continue;
            }
            text.push_str(&format!("{indent}{}:\n", row.key));
            indent.push_str("  ");
            match row.shape {
                // The item begins on a line of its own.
                Shape::List(_) => {
                    text.push_str(&format!("{indent}-\n"));
                    indent.push_str("  ");
                }
                Shape::Map(_) => {
                    text.push_str(&format!("{indent}{KEY}:\n"));
                    indent.push_str("  ");
                }
                _ => {}
            }
        }
        if value.is_none() && self.rows.len() == 1 {
            let header = header(self.kind);
            text = if header.is_empty() { "debug:\n".to_owned() } else { header };
        }
        let line = text.lines().count();
        (text, u32::try_from(line).unwrap_or(0))
    }
}

/// The first lines of a document.
fn header(kind: &Kind) -> String {
    match kind.kind {
        "" => String::new(),
        kind => format!("apiVersion: v1alpha1\nkind: {kind}\n"),
    }
}

/// A right value for a field, in one line of YAML.
pub(crate) fn sample(row: &Row) -> String {
    if !row.example.is_empty() {
        return row.example.to_owned();
    }
    match row.shape {
        _ if matches!(row.default, "" | "{}") => of_shape(&row.shape),
        _ => row.default.to_owned(),
    }
}

fn of_shape(shape: &Shape) -> String {
    match shape {
        Shape::Scalar(scalar) => scalar.sample.to_owned(),
        Shape::List(item) => format!("[{}]", of_shape(item)),
        Shape::Map(item) => format!("{{{KEY}: {}}}", of_shape(item)),
        Shape::Section(_) => "{}".to_owned(),
        Shape::Free => "{anything: [1, true, text]}".to_owned(),
        Shape::Argument => "[one, two]".to_owned(),
    }
}

/// A value that the field must refuse, and whether it is a text that could be shown.
pub(crate) fn wrong(row: &Row) -> &'static str {
    match row.shape {
        Shape::Scalar(scalar) => match scalar.name {
            // Any text will do.
            "text" | "secret text" => "{wrong value: x}",
            _ => "wrong value!",
        },
        Shape::Argument => "{wrong value: x}",
        Shape::List(_) | Shape::Map(_) | Shape::Section(_) | Shape::Free => "wrong value!",
    }
}
