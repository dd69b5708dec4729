//! Makes a message of the contract in which every field has a value of its own.

use std::collections::HashMap;

use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage, Value,
};

/// Fills a message, counting from `next`. Numbers stay below 60, so that they fit a byte and, as seconds, a minute;
/// of an enumeration any number may come.
pub(super) fn fill(message: &MessageDescriptor, next: &mut u32) -> DynamicMessage {
    let mut filled = DynamicMessage::new(message.clone());
    let mut set = |name: &str, value| filled.set_field_by_name(name, value);
    match message.full_name() {
        "common.NetIP" => set("ip", ip(next)),
        "common.NetIPPrefix" => {
            set("ip", ip(next));
            set("prefix_length", Value::I32(24));
        }
        "common.NetIPPort" => {
            set("ip", ip(next));
            set("port", Value::I32(port(next)));
        }
        "google.protobuf.Value" => match count(next) % 6 {
            0 => set("number_value", Value::F64(count(next).into())),
            1 => set("number_value", Value::F64(f64::from(count(next)) + 0.5)),
            2 => set("bool_value", Value::Bool(true)),
            3 => set("string_value", Value::String(format!("text {}", count(next)))),
            kind => {
                let name = if kind == 4 { "list_value" } else { "struct_value" };
                let field = message.get_field_by_name(name).unwrap();
                set(name, single(&field.kind(), next));
            }
        },
        "google.protobuf.Duration" => set("seconds", Value::I64(60 + i64::from(count(next)))),
        _ => {
            for field in message.fields() {
                filled.set_field(&field, value(&field, next));
            }
        }
    }
    filled
}

fn value(field: &FieldDescriptor, next: &mut u32) -> Value {
    if let Kind::Message(entry) = field.kind()
        && field.is_map()
    {
        let value = single(&entry.map_entry_value_field().kind(), next);
        return Value::Map(HashMap::from([(MapKey::String("key".into()), value)]));
    }
    if field.is_list() {
        return Value::List(vec![single(&field.kind(), next), single(&field.kind(), next)]);
    }
    single(&field.kind(), next)
}

fn single(kind: &Kind, next: &mut u32) -> Value {
    match kind {
        Kind::Bool => Value::Bool(true),
        Kind::Int32 => Value::I32(count(next).into()),
        Kind::Int64 => Value::I64(count(next).into()),
        Kind::Uint32 => Value::U32(count(next).into()),
        Kind::Uint64 => Value::U64(count(next).into()),
        Kind::Double => Value::F64(f64::from(count(next)) + 0.5),
        Kind::String => Value::String(format!("text {}", count(next))),
        // ASCII: some of the contract's bytes are texts.
        Kind::Bytes => Value::Bytes(vec![b'B', 0x52, count(next)].into()),
        Kind::Enum(enumeration) => {
            let numbers: Vec<i32> =
                enumeration.values().map(|value| value.number()).filter(|n| *n != 0).collect();
            count(next);
            Value::EnumNumber(numbers[usize::try_from(*next).unwrap() % numbers.len()])
        }
        Kind::Message(message) => Value::Message(fill(message, next)),
        other => panic!("no type of ours has a {other:?}"),
    }
}

/// The next number, folded to 3 to 59.
fn count(next: &mut u32) -> u8 {
    *next += 1;
    u8::try_from(*next % 57).unwrap() + 3
}

/// IPv4 and IPv6 in turn.
fn ip(next: &mut u32) -> Value {
    let last = count(next);
    let v6 = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
    Value::Bytes(if last.is_multiple_of(2) { vec![10, 5, 0, last] } else { v6.to_vec() }.into())
}

fn port(next: &mut u32) -> i32 {
    6000 + i32::from(count(next))
}

/// Whether the message, or one inside it, holds fields that the contract lacks.
pub(super) fn has_unknown_fields(message: &DynamicMessage) -> bool {
    fn inside(value: &Value) -> bool {
        match value {
            Value::Message(inner) => has_unknown_fields(inner),
            Value::List(list) => list.iter().any(inside),
            Value::Map(map) => map.values().any(inside),
            _ => false,
        }
    }
    message.unknown_fields().count() > 0 || message.fields().any(|(_, value)| inside(value))
}

/// The package of a message below `talos.resource.definitions`, and its name with it.
pub(super) fn short_name(message: &DynamicMessage) -> Option<(String, String)> {
    let descriptor = message.descriptor();
    let name = descriptor.full_name().strip_prefix("talos.resource.definitions.")?;
    Some((name.split('.').next()?.to_owned(), name.to_owned()))
}
