//! The schema equals the contract's, and the corrected form takes what is decoded.

use std::collections::BTreeSet;

use super::*;

/// The contract's schema, as it was given.
fn contract() -> Value {
    serde_json::from_str(include_str!("../../testdata/machine-config.schema.json")).unwrap()
}

/// A schema without the descriptions that are ours. A property may be called `description`.
fn bare(value: &Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .filter(|(key, value)| !(key.as_str() == "description" && value.is_string()))
                .map(|(key, value)| (key.clone(), bare(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(bare).collect()),
        other => other.clone(),
    }
}

fn definitions(schema: &Value) -> &Map<String, Value> {
    schema["$defs"].as_object().unwrap()
}

/// Every difference is told at once, by definition and field.
#[test]
fn every_definition_equals_the_contracts() {
    let (ours, contract) = (bare(&schema(Form::Contract)), contract());
    let (ours_all, all) = (definitions(&ours), definitions(&contract));
    assert!(all.len() >= 125, "the contract has {} definitions", all.len());
    let mut wrong = Vec::new();
    for name in all.keys().chain(ours_all.keys()).collect::<BTreeSet<_>>() {
        let (our, their) = (&ours["$defs"][name], &contract["$defs"][name]);
        if our == their {
            continue;
        }
        let before = wrong.len();
        let keys = |schema: &Value| -> BTreeSet<String> {
            schema["properties"].as_object().into_iter().flat_map(Map::keys).cloned().collect()
        };
        for key in keys(our).union(&keys(their)) {
            let (one, other) = (&our["properties"][key], &their["properties"][key]);
            if one != other {
                wrong.push(format!("{name}.{key}: {one} is not {other}"));
            }
        }
        if wrong.len() == before {
            wrong.push(format!("{name}: {our} is not {their}"));
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    let documents = |schema: &Value| -> BTreeSet<String> {
        schema["oneOf"].as_array().unwrap().iter().map(ToString::to_string).collect()
    };
    assert_eq!(documents(&ours), documents(&contract));
    assert_eq!(ours["$schema"], contract["$schema"]);
    let keys = |schema: &Value| -> BTreeSet<String> {
        schema.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(keys(&ours), keys(&contract));
}

#[test]
fn every_field_and_definition_is_described() {
    let schema = schema(Form::Corrected);
    let mut silent = Vec::new();
    for (name, definition) in definitions(&schema) {
        let said = |value: &Value| value["description"].as_str().is_some_and(|text| text.len() > 3);
        if !said(definition) {
            silent.push(name.clone());
        }
        for (key, field) in definition["properties"].as_object().unwrap() {
            if !said(field) && !matches!(key.as_str(), "apiVersion" | "kind") {
                silent.push(format!("{name}.{key}"));
            }
        }
    }
    assert!(silent.is_empty(), "not described: {silent:?}");
}

#[test]
fn every_reference_leads_somewhere() {
    fn check(value: &Value, all: &Map<String, Value>) {
        match value {
            Value::Object(fields) => {
                if let Some(name) = fields.get("$ref").and_then(Value::as_str) {
                    let name = name.strip_prefix(DEFINITIONS).unwrap();
                    assert!(all[name].is_object(), "{name}");
                }
                fields.values().for_each(|value| check(value, all));
            }
            Value::Array(items) => items.iter().for_each(|value| check(value, all)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    for form in [Form::Contract, Form::Corrected] {
        let schema = schema(form);
        check(&schema, definitions(&schema));
    }
}

#[test]
fn the_corrected_form_says_what_is_taken() {
    let schema = schema(Form::Corrected);
    let field = |name: &str, key: &str| &schema["$defs"][name]["properties"][key];
    assert_eq!(field("v1alpha1.MachineConfig", "acceptedCAs")["type"], "array");
    assert_eq!(
        field("network.KubespanEndpointsConfigV1Alpha1", "kind")["enum"][0],
        "KubeSpanEndpointsConfig"
    );
    assert_eq!(field("v1alpha1.MachineConfig", "network")["deprecated"], true);
    assert_eq!(field("v1alpha1.LoggingDestination", "endpoint")["type"], "string");
    let identity = field("cri.RegistryTLSConfigV1Alpha1", "clientIdentity");
    assert!(identity["properties"]["cert"].is_object(), "{identity}");
    assert!(schema["$defs"]["holdfast.ImageVerificationConfigV1Alpha1"].is_object());
}
