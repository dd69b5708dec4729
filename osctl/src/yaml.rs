//! YAML in and out, in the one manner that this program uses.
//!
//! Errors never quote the text: it may hold keys.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longest text that is read: what one message of the API may hold.
const MAX_TEXT: usize = api::MESSAGE_LIMIT;

/// Why a text cannot be read or a value not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum YamlError {
    /// It is too long.
    #[error("{0} bytes of YAML, {MAX_TEXT} are read")]
    Long(usize),
    /// It is not YAML, or not of the wanted shape.
    #[error("{0}")]
    Read(String),
    /// The value has no YAML form.
    #[error("{0}")]
    Write(String),
}

/// Reads one document.
///
/// # Errors
/// [`YamlError::Long`], [`YamlError::Read`]
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, YamlError> {
    if text.len() > MAX_TEXT {
        return Err(YamlError::Long(text.len()));
    }
    // `yes` and `on` are text, as in YAML 1.2 and in what nodes send.
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| YamlError::Read(crate::clean::clean(&error.to_string())))
}

/// Writes one document, indented by four as the files of this field are.
///
/// # Errors
/// [`YamlError::Write`]
pub(crate) fn write<T: Serialize>(value: &T) -> Result<String, YamlError> {
    let options = serde_saphyr::ser_options! { indent_step: 4, compact_list_indent: false };
    serde_saphyr::to_string_with_options(value, options)
        .map_err(|error| YamlError::Write(error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn values_are_read_as_nodes_write_them() {
        let check = |text: &str, expected: Value| {
            assert_eq!(read::<Value>(text).expect(text), expected, "{text}");
        };
        check("a: 1\nb: [x, 'y']\nc: null\n", json!({"a": 1, "b": ["x", "y"], "c": null}));
        check(
            "on: yes\nt: 2026-11-24T08:00:00Z\n",
            json!({"on": "yes", "t": "2026-11-24T08:00:00Z"}),
        );
        check("1: x\ntrue: y\n", json!({"1": "x", "true": "y"}));
        check("18446744073709551615", json!(u64::MAX));
        check("controlplane", json!("controlplane"));
        check("|\n  a\n  b\n", json!("a\nb\n"));
        check("{}", json!({}));
        check("- a\n- b: 1\n", json!(["a", {"b": 1}]));
    }

    #[test]
    fn a_written_value_is_read_back() {
        for value in [
            json!({"a": {"b": [1, "2", null, true], "c": {}}, "long": "x".repeat(3000)}),
            json!("line\nline\n"),
            json!({"multi": "line\n  indented\n\nend", "odd": " lead", "esc": "\u{7}"}),
            json!(["yes", "1e3", "~", "", "#x", "a: b"]),
        ] {
            let text = write(&value).expect("a document");
            assert_eq!(read::<Value>(&text).expect("what was written"), value, "{text}");
        }
    }

    #[test]
    fn errors_do_not_quote_secrets() {
        let error = read::<Value>("key: [c2VjcmV0\n  bad: {").expect_err("damaged").to_string();
        assert!(!error.contains("c2VjcmV0"), "{error}");
    }
}
