//! Every field of the contract is there, and every field of ours does what its row says.

use std::collections::BTreeMap;

use config::table::{self, Row, Table};
use serde_json::Value;

/// The contract's schema.
const SCHEMA: &str = include_str!("../testdata/machine-config.schema.json");

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
