//! Flattens a descriptor set into facts that can be compared one by one.
//!
//! A fact is a line such as `machine.VersionInfo.tag number` → `1`. The order of declarations, comments
//! and the options that only concern other languages are no facts; neither are the files of
//! `google.protobuf`, which every compiler brings along.

use std::collections::BTreeMap;

use protox::prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, Kind, Value};

/// What a descriptor set says, by full name.
pub(crate) type Facts = BTreeMap<String, String>;

/// Any fault while reading a descriptor set.
pub(crate) type Fault = Box<dyn std::error::Error>;

/// Reads an encoded `google.protobuf.FileDescriptorSet` that holds `descriptor.proto` itself, so that
/// custom options are known.
pub(crate) fn facts(encoded: &[u8]) -> Result<Facts, Fault> {
    let pool = DescriptorPool::decode(encoded)?;
    let set = pool
        .get_message_by_name("google.protobuf.FileDescriptorSet")
        .ok_or("the set lacks google/protobuf/descriptor.proto")?;
    let set = DynamicMessage::decode(set, encoded)?;
    let mut facts = Facts::new();
    for file in messages(&set, "file") {
        let name = text(file, "name");
        if !name.starts_with("google/protobuf/") {
            let package = text(file, "package");
            facts.insert(format!("{name} package"), package.clone());
            collect(file, &package, &name, &mut facts);
        }
    }
    Ok(facts)
}

/// Every difference between two sets of facts, one line each, with the full name in front.
pub(crate) fn differences(contract: &Facts, ours: &Facts) -> Vec<String> {
    let mut found = Vec::new();
    for (name, expected) in contract {
        match ours.get(name) {
            None => found.push(format!("{name}: missing, the contract has {expected}")),
            Some(actual) if actual != expected => {
                found.push(format!("{name}: is {actual}, the contract has {expected}"));
            }
            Some(_) => {}
        }
    }
    let surplus = ours.iter().filter(|(name, _)| !contract.contains_key(*name));
    found.extend(surplus.map(|(name, actual)| format!("{name}: not in the contract, is {actual}")));
    found
}

/// Adds what `message` says; its parts with a name are called `scope.name`, its own values `own field`.
fn collect(message: &DynamicMessage, scope: &str, own: &str, facts: &mut Facts) {
    for (field, value) in message.fields() {
        match (field.name(), value) {
            ("name" | "package" | "source_code_info", _) => {}
            ("oneof_index", Value::I32(index)) => {
                facts.insert(format!("{own} oneof"), index.to_string());
            }
            (_, Value::List(items)) if matches!(field.kind(), Kind::Message(_)) => {
                for (position, item) in items.iter().filter_map(Value::as_message).enumerate() {
                    part(item, &field, position, scope, own, facts);
                }
            }
            (_, Value::Message(options)) => collect(options, scope, own, facts),
            (name, Value::List(items)) => {
                let mut items: Vec<String> = items.iter().map(ToString::to_string).collect();
                items.sort();
                facts.insert(format!("{own} {name}"), items.join(", "));
            }
            (name, value) => {
                facts.insert(format!("{own} {name}"), shown(&field, value));
            }
        }
    }
    for (extension, value) in message.extensions() {
        facts.insert(format!("{own} {}", extension.full_name()), value.to_string());
    }
}

/// One item of a list of parts: a message, a field, a method, a range of reserved numbers.
fn part(
    item: &DynamicMessage,
    field: &FieldDescriptor,
    position: usize,
    scope: &str,
    own: &str,
    facts: &mut Facts,
) {
    let name = text(item, "name");
    match field.name() {
        // Fields refer to their oneof by position, so the position is what matters.
        "oneof_decl" => {
            facts.insert(format!("{own} oneof {position}"), name);
        }
        _ if name.is_empty() => {
            facts.insert(format!("{own} {} {item}", field.name()), "present".to_owned());
        }
        kind => {
            let full = format!("{scope}.{name}");
            facts.insert(full.clone(), kind.to_owned());
            collect(item, &full, &full, facts);
        }
    }
}

/// Values as they stand in a `.proto` file: enums by name.
fn shown(field: &FieldDescriptor, value: &Value) -> String {
    let name = match (field.kind(), value) {
        (Kind::Enum(kind), Value::EnumNumber(number)) => kind.get_value(*number),
        _ => None,
    };
    name.map_or_else(|| value.to_string(), |value| value.name().to_owned())
}

fn messages<'a>(message: &'a DynamicMessage, field: &str) -> Vec<&'a DynamicMessage> {
    let list = message.fields().find(|(found, _)| found.name() == field);
    let items = list.and_then(|(_, value)| value.as_list()).unwrap_or_default();
    items.iter().filter_map(Value::as_message).collect()
}

fn text(message: &DynamicMessage, field: &str) -> String {
    message
        .get_field_by_name(field)
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}
