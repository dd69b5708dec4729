//! What YAML a message of the contract must come to.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use prost_reflect::{DynamicMessage, Kind, MapKey, ReflectMessage, Value};

use super::{
    facts::{Fact, Facts},
    sample,
    yaml::Yaml,
};

/// The YAML of a structure, by its facts.
pub(super) fn structure(facts: &Facts, message: &DynamicMessage) -> Yaml {
    let mut entries = entries(facts, message);
    match sample::short_name(message) {
        // The one type whose YAML is no map, which the facts do not say.
        Some((_, name)) if name == "k8s.ManifestSpec" => entries.remove(0).1,
        _ => Yaml::Map(entries),
    }
}

fn entries(facts: &Facts, message: &DynamicMessage) -> Vec<(String, Yaml)> {
    let (package, name) = sample::short_name(message).expect("a structure of the contract");
    let known = facts.structure(&name).unwrap_or_else(|| panic!("no facts about {name}"));
    let numbers = |field: prost_reflect::FieldDescriptor| field.number();
    let mut missing: Vec<u32> = message.descriptor().fields().map(numbers).collect();
    missing.retain(|number| known.iter().all(|fact| fact.number != *number));
    assert!(missing.is_empty(), "{name}: no facts about {missing:?}");
    let mut map = Vec::new();
    for fact in known {
        let present = message.has_field_by_number(fact.number);
        let value = message.get_field_by_number(fact.number).unwrap();
        match value.as_message() {
            _ if !present && fact.omitempty => {}
            // Without a key, the free-form object is all there is.
            Some(inner) if fact.key.is_empty() && is_object(inner) => map.extend(object(inner)),
            Some(inner) if fact.inline => map.extend(entries(facts, inner)),
            _ => {
                let value = field(facts, &package, fact, message, present, &value);
                map.push((fact.key.to_owned(), value));
            }
        }
    }
    map
}

fn field(
    facts: &Facts,
    package: &str,
    fact: &Fact,
    message: &DynamicMessage,
    present: bool,
    value: &Value,
) -> Yaml {
    let descriptor = message.descriptor().get_field(fact.number).unwrap();
    match value {
        Value::List(list) => Yaml::List(
            list.iter()
                .map(|value| single(facts, package, fact, &descriptor.kind(), value))
                .collect(),
        ),
        Value::Map(map) => Yaml::Map(
            sorted(map)
                .into_iter()
                .map(|(key, value)| {
                    let kind =
                        descriptor.kind().as_message().unwrap().map_entry_value_field().kind();
                    (key, single(facts, package, fact, &kind, value))
                })
                .collect(),
        ),
        Value::Message(_) if !present && fact.kind.starts_with('*') => Yaml::Null,
        // An address of a link is never absent, so our type has no way to say it.
        Value::Message(_) if !present && fact.kind == "netip.Prefix" && fact.key == "address" => {
            Yaml::text("0.0.0.0/0")
        }
        Value::Message(_) if !present && fact.kind.starts_with("netip.") => Yaml::text(""),
        value => single(facts, package, fact, &descriptor.kind(), value),
    }
}

fn single(facts: &Facts, package: &str, fact: &Fact, kind: &Kind, value: &Value) -> Yaml {
    match value {
        Value::Bool(value) => Yaml::Bool(*value),
        Value::I32(value) => Yaml::Number(value.to_string()),
        Value::I64(value) => Yaml::Number(value.to_string()),
        Value::U32(bits) if fact.kind.ends_with("Flags") => flags(facts, fact, *bits),
        Value::U32(value) => Yaml::Number(value.to_string()),
        Value::U64(value) => Yaml::Number(value.to_string()),
        Value::F64(value) => Yaml::Number(value.to_string()),
        Value::String(text) => Yaml::text(text),
        Value::Bytes(bytes) => Yaml::Text(match fact.kind {
            "nethelpers.HardwareAddr" => {
                let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                pairs.join(":")
            }
            "yamlutils.StringBytes" => String::from_utf8(bytes.to_vec()).unwrap(),
            _ => STANDARD.encode(bytes),
        }),
        Value::EnumNumber(number) => enumeration(facts, package, fact, kind, *number),
        Value::Message(message) => nested(facts, message),
        Value::F32(_) | Value::List(_) | Value::Map(_) => panic!("not a single value: {value:?}"),
    }
}

fn nested(facts: &Facts, message: &DynamicMessage) -> Yaml {
    let get = |name: &str| message.get_field_by_name(name).unwrap().into_owned();
    let ip = || {
        let bytes = get("ip").as_bytes().unwrap().to_vec();
        match <[u8; 4]>::try_from(bytes.as_slice()) {
            Ok(v4) => IpAddr::from(v4),
            Err(_) => IpAddr::from(<[u8; 16]>::try_from(bytes.as_slice()).unwrap()),
        }
    };
    let base64 = |name| Yaml::Text(STANDARD.encode(get(name).as_bytes().unwrap()));
    match message.descriptor().full_name() {
        "common.NetIP" => Yaml::Text(ip().to_string()),
        "common.NetIPPrefix" => {
            Yaml::Text(format!("{}/{}", ip(), get("prefix_length").as_i32().unwrap()))
        }
        "common.NetIPPort" => {
            let port = u16::try_from(get("port").as_i32().unwrap()).unwrap();
            Yaml::Text(std::net::SocketAddr::new(ip(), port).to_string())
        }
        "common.URL" => Yaml::text(get("full_path").as_str().unwrap()),
        "google.protobuf.Struct" => Yaml::Map(object(message)),
        "common.PEMEncodedKey" => Yaml::Map(vec![("key".into(), base64("key"))]),
        "common.PEMEncodedCertificate" => Yaml::Map(vec![("crt".into(), base64("crt"))]),
        "common.PEMEncodedCertificateAndKey" => {
            Yaml::Map(vec![("crt".into(), base64("crt")), ("key".into(), base64("key"))])
        }
        "google.protobuf.Duration" => match get("seconds").as_i64().unwrap() {
            0 => Yaml::text("0s"),
            seconds => Yaml::Text(format!("{}m{}s", seconds / 60, seconds % 60)),
        },
        _ => structure(facts, message),
    }
}

/// The pairs of a map in the order of their keys.
fn sorted(map: &HashMap<MapKey, Value>) -> BTreeMap<String, &Value> {
    map.iter().map(|(key, value)| (key.as_str().unwrap().to_owned(), value)).collect()
}

fn is_object(message: &DynamicMessage) -> bool {
    message.descriptor().full_name() == "google.protobuf.Struct"
}

/// The pairs of a free-form object.
fn object(message: &DynamicMessage) -> Vec<(String, Yaml)> {
    let fields = message.get_field_by_name("fields").unwrap();
    let pairs = sorted(fields.as_map().unwrap()).into_iter();
    pairs.map(|(key, value)| (key, anything(value.as_message().unwrap()))).collect()
}

/// A value of a free-form object.
fn anything(message: &DynamicMessage) -> Yaml {
    let Some((field, value)) = message.fields().next() else { return Yaml::Null };
    match (field.name(), value) {
        ("null_value", _) => Yaml::Null,
        ("number_value", Value::F64(value)) => Yaml::Number(value.to_string()),
        ("bool_value", Value::Bool(value)) => Yaml::Bool(*value),
        ("string_value", Value::String(text)) => Yaml::text(text),
        ("struct_value", Value::Message(inner)) => Yaml::Map(object(inner)),
        ("list_value", Value::Message(inner)) => {
            let values = inner.get_field_by_name("values").unwrap();
            let values = values.as_list().unwrap().iter();
            Yaml::List(values.map(|value| anything(value.as_message().unwrap())).collect())
        }
        other => panic!("no value of an object: {other:?}"),
    }
}

/// The text at the place that the number has among those that mean something.
fn enumeration(facts: &Facts, package: &str, fact: &Fact, kind: &Kind, number: i32) -> Yaml {
    let kind = kind.as_enum().unwrap();
    if fact.kind == "nethelpers.RoutingTable" {
        let names = [(0, "unspec"), (253, "default"), (254, "main"), (255, "local")];
        let name = names.iter().find(|(table, _)| *table == number);
        return name.map_or_else(|| Yaml::Text(number.to_string()), |(_, name)| Yaml::text(*name));
    }
    let texts = facts.enumeration(fact.kind, package);
    let texts = texts.unwrap_or_else(|| panic!("no texts of {}", fact.kind));
    // In the order of the file, which is that of the texts.
    let numbers: Vec<i32> = kind
        .enum_descriptor_proto()
        .value
        .iter()
        .filter(|value| !value.name().ends_with("_UNSPECIFIED"))
        .map(|value| value.number())
        .collect();
    assert_eq!(numbers.len(), texts.len(), "{}", kind.full_name());
    // A number that means nothing was not set; we say the first.
    Yaml::text(texts[numbers.iter().position(|known| *known == number).unwrap_or(0)])
}

fn flags(facts: &Facts, fact: &Fact, bits: u32) -> Yaml {
    let name = fact.kind.trim_end_matches('s');
    // The flags of routes begin above a byte of others.
    let first: u32 = if name == "nethelpers.RouteFlag" { 256 } else { 1 };
    let texts = facts.enumeration(name, "").unwrap();
    let set = texts.iter().enumerate().filter(|(index, _)| bits & (first << index) != 0);
    Yaml::Text(set.map(|(_, text)| *text).collect::<Vec<_>>().join(","))
}
