//! What is wrong with a document, as data: the API and the client print it, programs read it.

use std::fmt;

use serde::Serialize;

/// Most faults that one answer holds: a wrong file should not bury its reader.
pub const MAX_FAULTS: usize = 100;
/// Longest part of a wrong value that is shown.
const MAX_VALUE: usize = 64;

/// A place in the submitted bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Place {
    /// Line, from 1; 0 when unknown.
    pub line: u32,
    /// Column in characters, from 1; 0 when unknown.
    pub column: u32,
}

impl Place {
    /// The first character.
    pub const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// One mistake. Its text is `LINE:COLUMN: PATH: RULE`; the client puts the file's name in front.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The document: its kind and name, empty for the root document.
    pub document: String,
    /// The field, as `machine.network.interfaces[0].mtu`; empty for the whole document.
    pub path: String,
    /// Where in the submitted bytes.
    #[serde(flatten)]
    pub place: Place,
    /// The wrong value, cut to a readable length; absent if it is secret or has no text.
    pub value: Option<String>,
    /// What holds and was not kept, lower case, no full stop.
    pub rule: String,
    /// The nearest right spelling.
    pub hint: Option<String>,
}

impl Fault {
    /// A mistake that belongs to no field, at a place.
    pub(crate) fn at(place: Place, rule: impl Into<String>) -> Self {
        Self {
            document: String::new(),
            path: String::new(),
            place,
            value: None,
            rule: rule.into(),
            hint: None,
        }
    }

    /// The same with a value that is not secret.
    pub(crate) fn with_value(mut self, value: &str) -> Self {
        self.value = Some(shorten(value));
        self
    }
}

/// The value, cut at a character boundary.
fn shorten(value: &str) -> String {
    match value.char_indices().nth(MAX_VALUE) {
        None => value.to_owned(),
        Some((end, _)) => format!("{}…", &value[..end]),
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place != Place::default() {
            write!(f, "{}: ", self.place)?;
        }
        for part in [&self.document, &self.path] {
            if !part.is_empty() {
                write!(f, "{part}: ")?;
            }
        }
        f.write_str(&self.rule)?;
        if let Some(value) = &self.value {
            write!(f, ", not {value:?}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, ", did you mean {hint:?}?")?;
        }
        Ok(())
    }
}

/// Faults in the order of their places, as one text with a line for each.
#[must_use]
pub fn summary(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Something that is accepted but worth saying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The document: its kind and name, empty for the root document.
    pub document: String,
    /// The field.
    pub path: String,
    /// What is to be known about it, as `no effect in this version`.
    pub text: String,
}

impl Warning {
    /// What it is about: `PATH`, `DOCUMENT: PATH` or `DOCUMENT`.
    #[must_use]
    pub fn subject(&self) -> String {
        let parts = [&self.document, &self.path].map(String::as_str);
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.text, self.subject())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_one_line_with_place_path_rule_and_hint() {
        let mut fault = Fault::at(Place { line: 14, column: 7 }, "unknown field");
        fault.path = "machine.kubelt".to_owned();
        fault.hint = Some("kubelet".to_owned());
        assert_eq!(
            fault.to_string(),
            r#"14:7: machine.kubelt: unknown field, did you mean "kubelet"?"#
        );
        let fault = Fault::at(Place::default(), "must be a number").with_value(&"é".repeat(100));
        assert_eq!(
            fault.to_string(),
            format!("must be a number, not \"{}…\"", "é".repeat(MAX_VALUE))
        );
    }

    #[test]
    fn a_warning_names_its_field_last() {
        let warning = Warning {
            document: String::new(),
            path: "cluster.apiServer".into(),
            text: "no effect in this version".into(),
        };
        assert_eq!(warning.to_string(), "no effect in this version: cluster.apiServer");
    }
}
