//! What makes a message the spec of a resource type.

use serde::{Serialize, Serializer};

use crate::wire::Field;

/// Makes a [`message!`](crate::wire::message) with `Serialize` the spec of a resource type, given the type, its namespace
/// and what clients are told about it.
macro_rules! spec {
    ($ty:ident, $kind:literal, $namespace:expr, $definition:expr $(,)?) => {
        impl cosi::Spec for $ty {
            const TYPE: &'static str = $kind;
            const NAMESPACE: &'static str = $namespace;

            fn definition() -> cosi::Definition {
                $definition
            }

            fn to_proto(&self) -> Vec<u8> {
                prost::Message::encode_to_vec(self)
            }

            fn from_proto(bytes: &[u8]) -> Result<Self, cosi::DecodeError> {
                Ok(prost::Message::decode(bytes)?)
            }

            fn to_yaml(&self) -> String {
                $crate::spec::yaml(self)
            }

            fn weight(&self) -> usize {
                prost::Message::encoded_len(self)
            }
        }
    };
}
pub(crate) use spec;

/// The YAML document of a spec.
///
/// Long texts stay on their line and several lines become one quoted text: every parser reads those alike.
/// Specs hold no map with keys other than texts, so that there is nothing that could not be written.
pub(crate) fn yaml(spec: &impl Serialize) -> String {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    serde_saphyr::to_string_with_options(spec, options).unwrap_or_default()
}

/// Leaves the field out of the YAML, where the contract says `omitempty`.
pub(crate) fn empty(field: &impl Field) -> bool {
    field.is_empty()
}

/// Writes an absent value as the empty text.
pub(crate) fn or_empty<T: Serialize, S: Serializer>(
    value: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => value.serialize(serializer),
        None => serializer.serialize_str(""),
    }
}

/// Writes a whole number without the fraction `.0`, as clients show it.
pub(crate) fn float<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    /// Whole numbers up to here have a text without exponent in both forms.
    const PLAIN: f64 = 1e15;
    if value.fract() == 0.0 && value.abs() < PLAIN {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
        return serializer.serialize_i64(*value as i64);
    }
    serializer.serialize_f64(*value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_have_no_fraction() {
        #[derive(Serialize)]
        struct Sample(#[serde(serialize_with = "float")] f64);
        for (value, text) in [(0.0, "0"), (-2.0, "-2"), (123_456_789.25, "123456789.25")] {
            assert_eq!(yaml(&Sample(value)).trim(), text);
        }
    }

    #[test]
    fn texts_stay_texts() {
        for text in [
            "",
            "true",
            "null",
            "~",
            "12",
            "1e3",
            "0x1f",
            "2024-01-01",
            "a: b",
            "- a",
            "a\n b\n\n",
            "\u{7f}",
            " x ",
            "no",
            "*a",
        ] {
            assert_eq!(serde_saphyr::from_str::<String>(&yaml(&text)).unwrap(), text);
        }
        for text in [
            "true",
            "null",
            "~",
            "12",
            "1e3",
            "0x1f",
            "2024-01-01",
            "no",
            "1:30",
            "1_000",
            "0b1",
            ".inf",
            "<<",
            "0o7",
            ".5",
            "+1",
            "=",
        ] {
            let yaml = yaml(&text);
            assert!(yaml.starts_with(['"', '\'']), "{yaml}");
        }
    }
}
