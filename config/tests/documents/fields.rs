//! Every field of the contract is there, and every field of ours does what its row says.

use std::collections::BTreeMap;

use config::Config;
use config::table::{self, Row, Table};
use serde_json::Value;

use crate::support::{Path, paths, sample, wrong};

/// The contract's schema.
const SCHEMA: &str = include_str!("../../testdata/machine-config.schema.json");

/// Every section below a table, itself included.
fn sections(table: &'static Table, found: &mut Vec<&'static Table>) {
    found.push(table);
    for row in table.rows {
        if let Some(inner) = row.shape.table() {
            sections(inner, found);
        }
    }
}

/// Every section of every kind by its name in the contract.
fn definitions() -> BTreeMap<&'static str, &'static Table> {
    let mut all = Vec::new();
    table::kinds().iter().for_each(|kind| sections(kind.table, &mut all));
    all.into_iter().map(|table| (table.definition, table)).collect()
}

#[test]
fn no_field_of_the_contract_is_missing() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let ours = definitions();
    let (mut count, mut missing) = (0, Vec::new());
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        let Some(table) = ours.get(name.as_str()) else {
            // Has no fields, and is a text where it is used.
            if name != "v1alpha1.Endpoint" {
                missing.push(name.clone());
            }
            continue;
        };
        let Some(fields) = definition.get("properties").and_then(Value::as_object) else {
            continue;
        };
        for key in fields.keys() {
            count += 1;
            // The header is read before the kind is known.
            if !matches!(key.as_str(), "apiVersion" | "kind") && table.field(key).is_none() {
                missing.push(format!("{name}.{key}"));
            }
        }
        for row in table.fields().filter(|row| !row.hidden) {
            if !fields.contains_key(row.key) {
                missing.push(format!("{name}: {} is not in the contract", row.key));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    assert_eq!(count, 558);
}

#[test]
fn every_field_says_what_it_is() {
    let mut all = Vec::new();
    table::kinds().iter().for_each(|kind| sections(kind.table, &mut all));
    for table in all {
        let said = |doc: &[&str]| !doc.is_empty() && doc.iter().all(|line| !line.trim().is_empty());
        assert!(said(table.doc), "{}", table.definition);
        for Row { key, doc, .. } in table.rows {
            assert!(said(doc), "{}.{key}", table.definition);
        }
    }
}

fn decode(text: &str) -> Config {
    match Config::decode(text.as_bytes()) {
        Ok((config, _)) => config,
        Err(faults) => panic!("{text}\n{}", config::fault::summary(&faults)),
    }
}

/// Sections are tried by their fields; only those without are tried themselves.
fn is_leaf(path: &Path) -> bool {
    path.row().shape.table().is_none_or(|table| table.rows.is_empty())
}

#[test]
fn every_field_is_written_as_it_was_read() {
    for path in paths() {
        let (text, line) = path.document(Some(&sample(path.row())));
        let config = decode(&text);
        let written = config.encode();
        let again = decode(&written);
        assert_eq!(config.documents(), again.documents(), "{text}\n{written}");
        assert_eq!(again.encode(), written, "{text}");
        // Not lost on the way.
        let key = format!("{}:", path.row().key);
        assert!(written.contains(&key) || !is_leaf(&path), "{text}\n{written}");
        assert_eq!(written.lines().count() >= text.lines().count().min(3), line > 0, "{text}");
    }
}

#[test]
fn every_field_refuses_what_is_of_another_type() {
    for path in paths() {
        let (text, line) = path.document(Some(wrong(path.row())));
        let faults = Config::decode(text.as_bytes()).expect_err(&text);
        let [fault] = faults.as_slice() else { panic!("{text}\n{faults:?}") };
        assert_eq!(fault.path, path.name(), "{text}");
        assert_eq!((fault.place.line, fault.place.column > 1), (line, true), "{text}\n{fault}");
        assert!(fault.rule.starts_with("must be "), "{fault}");
        let secret = path.row().shape.holds_secret();
        assert!(!secret || !fault.to_string().contains("wrong value"), "{fault}");
    }
}

#[test]
fn every_secret_is_masked() {
    let mut count = 0;
    for path in paths() {
        if !path.row().shape.scalar().is_some_and(|scalar| scalar.secret) {
            continue;
        }
        let (text, _) = path.document(Some(&sample(path.row())));
        let config = decode(&text);
        let (plain, masked) = (config.encode(), config.redacted());
        let value = |text: &str| {
            text.lines().last().and_then(|line| line.split_once(": ")).map(|(_, v)| v.to_owned())
        };
        assert!(plain != masked, "{plain}");
        assert!(!masked.contains(&value(&plain).expect("a value")), "{masked}");
        assert!(!format!("{:?}", config.documents()).contains(&value(&plain).expect("a value")));
        count += 1;
    }
    assert!(count > 30, "{count}");
}

#[test]
fn the_documented_default_is_what_is_used() {
    for path in paths() {
        let row = path.row();
        let used = |value: Option<&str>| decode(&path.document(value).0).with_defaults().encode();
        let absent = used(None);
        if row.default.is_empty() {
            // Nothing takes its place: what is set makes a difference.
            let is_set = is_leaf(&path).then(|| used(Some(&sample(row))));
            assert!(is_set.is_none_or(|set| set != absent), "{}: {absent}", path.name());
            continue;
        }
        assert_eq!(absent, used(Some(row.default)), "{}", path.name());
        assert!(absent.contains(&format!("{}:", row.key)), "{}\n{absent}", path.name());
        // Another value is left alone.
        if !row.example.is_empty() && row.example != row.default {
            assert!(used(Some(row.example)) != absent, "{}", path.name());
        }
    }
}
