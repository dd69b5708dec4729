//! Free-form objects: `google.protobuf.Struct`, in YAML a map of anything.
//!
//! What is in them belongs to Kubernetes or to the container runtime; here they are only carried.

use prost::{
    DecodeError,
    bytes::{Buf, BufMut},
    encoding::{DecodeContext, WireType, message},
};
use prost_types::{ListValue, NullValue, Struct, Value as Wire, value::Kind};
use serde::Serialize;
use serde_json::{Map, Number, Value as Json};

use crate::wire::{Value, invalid};

/// A map of anything that JSON can say, in the order of its keys.
///
/// In protobuf every number is of 64 bits with a fraction: whole numbers above 2^53 lose their last digits on that way,
/// and only there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Object(pub Map<String, Json>);

impl Value for Object {
    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    fn put(&self, tag: u32, buf: &mut impl BufMut) {
        message::encode(tag, &to_struct(&self.0), buf);
    }

    fn size(&self, tag: u32) -> usize {
        message::encoded_len(tag, &to_struct(&self.0))
    }

    fn take(wire: WireType, buf: &mut impl Buf, cx: DecodeContext) -> Result<Self, DecodeError> {
        let mut value = Struct::default();
        message::merge(wire, &mut value, buf, cx)?;
        from_struct(value).map(Self)
    }
}

fn to_struct(map: &Map<String, Json>) -> Struct {
    Struct { fields: map.iter().map(|(key, value)| (key.clone(), to_wire(value))).collect() }
}

fn to_wire(value: &Json) -> Wire {
    let kind = match value {
        Json::Null => Kind::NullValue(NullValue::NullValue.into()),
        Json::Bool(value) => Kind::BoolValue(*value),
        Json::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Json::String(text) => Kind::StringValue(text.clone()),
        Json::Array(values) => {
            Kind::ListValue(ListValue { values: values.iter().map(to_wire).collect() })
        }
        Json::Object(map) => Kind::StructValue(to_struct(map)),
    };
    Wire { kind: Some(kind) }
}

fn from_struct(wire: Struct) -> Result<Map<String, Json>, DecodeError> {
    wire.fields.into_iter().map(|(key, value)| Ok((key, from_wire(value)?))).collect()
}

fn from_wire(wire: Wire) -> Result<Json, DecodeError> {
    Ok(match wire.kind {
        None | Some(Kind::NullValue(_)) => Json::Null,
        Some(Kind::BoolValue(value)) => Json::Bool(value),
        Some(Kind::NumberValue(value)) => Json::Number(number(value)?),
        Some(Kind::StringValue(text)) => Json::String(text),
        Some(Kind::ListValue(list)) => {
            Json::Array(list.values.into_iter().map(from_wire).collect::<Result<_, _>>()?)
        }
        Some(Kind::StructValue(wire)) => Json::Object(from_struct(wire)?),
    })
}

/// A whole number is one again: a port is 6443 and not 6443.0.
fn number(value: f64) -> Result<Number, DecodeError> {
    /// Whole numbers up to here, 2^53, have no neighbour that is the same as a fraction.
    const WHOLE: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= WHOLE {
        #[expect(clippy::cast_possible_truncation, reason = "whole and at most 2^53")]
        return Ok((value as i64).into());
    }
    Number::from_f64(value).ok_or_else(|| invalid("a number that is none, or without end"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::yaml;
    use prost::encoding::WireType::LengthDelimited;
    use serde_json::json;

    fn object(value: Json) -> Object {
        let Json::Object(map) = value else { panic!("no object: {value}") };
        Object(map)
    }

    /// The object after a way over the wire.
    fn sent(object: &Object) -> Result<Object, DecodeError> {
        let mut bytes = Vec::new();
        object.put(1, &mut bytes);
        assert_eq!(bytes.len(), object.size(1));
        // Without the number of the field.
        Object::take(LengthDelimited, &mut &bytes[1..], DecodeContext::default())
    }

    #[test]
    fn objects_read_back() {
        for value in [
            json!({}),
            json!({"a": null, "b": true, "c": -1.5, "d": 6443, "e": "6443", "f": [1, [], {}], "g": {"h": {}}}),
        ] {
            let object = object(value);
            assert_eq!(sent(&object).as_ref(), Ok(&object));
        }
        // What protobuf cannot say exactly becomes its neighbour.
        let large = object(json!({"n": 9_007_199_254_740_993_i64}));
        assert_eq!(sent(&large), Ok(object(json!({"n": 9_007_199_254_740_992_i64}))));
    }

    #[test]
    fn yaml_is_sorted_and_whole_numbers_stay_whole() {
        let object = object(json!({"port": 6443, "kind": "Pod", "args": ["--v", "2"], "none": {}}));
        let text = yaml(&object);
        assert!(text.starts_with("args:"), "{text}");
        let read: Json = serde_json::to_value(&object).unwrap();
        assert_eq!(serde_saphyr::from_str::<Json>(&text).unwrap(), read);
        assert!(text.contains("port: 6443\n"), "{text}");
    }

    #[test]
    fn what_json_cannot_say_is_refused() {
        for value in [f64::NAN, f64::INFINITY] {
            let kind = Some(Kind::NumberValue(value));
            let wire = Struct { fields: [("n".to_owned(), Wire { kind })].into() };
            from_struct(wire).unwrap_err();
        }
    }

    #[test]
    fn depth_is_bounded() {
        let mut deep = json!({});
        for _ in 0..200 {
            deep = json!({"a": deep});
        }
        sent(&object(deep)).unwrap_err();
    }
}
