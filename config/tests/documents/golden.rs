//! Each kind of document with every field: what is read, how it is written, and what of it is shown.
//!
//! `testdata/v1alpha1/KIND/input.*` is any way of writing it, `expected.yaml` ours, `redacted.yaml`
//! the same without secrets. `UPDATE_EXPECT=1` rewrites the last two.

use std::fs;
use std::path::{Path, PathBuf};

use config::Config;
use config::table::{Row, Shape};
use serde_json::Value;

use crate::support;

fn kinds() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/v1alpha1");
    let mut kinds: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    kinds.sort();
    assert!(kinds.len() >= 45, "{kinds:?}");
    kinds
}

/// The file that is read.
fn input(kind: &Path) -> PathBuf {
    let names = ["input.yaml", "input.json"].map(|name| kind.join(name));
    names.into_iter().find(|path| path.exists()).unwrap()
}

fn decode(bytes: &[u8], path: &Path) -> Config {
    match Config::decode(bytes) {
        Ok((config, _)) => config,
        Err(faults) => panic!("{}:\n{}", path.display(), config::fault::summary(&faults)),
    }
}

/// Compares a text with a golden file, or writes it.
fn golden(path: &Path, got: &str) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path, got).unwrap();
    }
    assert_eq!(got, fs::read_to_string(path).unwrap(), "{}", path.display());
}

#[test]
fn every_kind_is_written_as_expected_and_read_back() {
    for kind in kinds() {
        let input = input(&kind);
        let config = decode(&fs::read(&input).unwrap(), &input);
        let written = config.encode();
        golden(&kind.join("expected.yaml"), &written);
        golden(&kind.join("redacted.yaml"), &config.redacted());
        let again = decode(written.as_bytes(), &input);
        assert_eq!(again.encode(), written, "{}", kind.display());
        assert_eq!(again.documents(), config.documents(), "{}", kind.display());
    }
}

#[test]
fn nothing_secret_is_shown() {
    for kind in kinds() {
        let input = input(&kind);
        let config = decode(&fs::read(&input).unwrap(), &input);
        for shown in [config.redacted(), format!("{config:?}"), format!("{:?}", config.documents())]
        {
            // Every secret of the examples begins so, but for keys.
            assert!(!shown.contains("hunter2"), "{shown}");
            assert!(!shown.contains("PRIVATE KEY"), "{shown}");
            // The base64 of "-----BEGIN" and "PRIVATE KEY" as they stand in a key.
            assert!(!shown.contains("UFJJVkFURSBLRV"), "{shown}");
        }
    }
}

#[test]
fn the_submitted_bytes_are_kept() {
    let text = b"# mine\r\nmachine: {type: worker}\r\n";
    assert_eq!(decode(text, Path::new("text")).bytes(), text);
}
/// Whether a document, as JSON, has a field.
fn has(value: &Value, rows: &[&Row]) -> bool {
    let [row, rest @ ..] = rows else { return true };
    let Some(value) = value.get(row.key) else { return false };
    match row.shape {
        _ if rest.is_empty() => true,
        Shape::List(_) => value.as_array().unwrap().iter().any(|item| has(item, rest)),
        Shape::Map(_) => value.as_object().unwrap().values().any(|item| has(item, rest)),
        _ => has(value, rest),
    }
}

#[test]
fn every_field_is_in_a_golden_file() {
    let mut documents = Vec::new();
    for kind in kinds() {
        let text = fs::read_to_string(kind.join("expected.yaml")).unwrap();
        for document in text.split("\n---\n") {
            documents.push(serde_saphyr::from_str::<Value>(document).unwrap());
        }
    }
    let mut missing = Vec::new();
    for path in support::paths() {
        let kind = Some(path.kind.kind).filter(|kind| !kind.is_empty());
        let mut same =
            documents.iter().filter(|other| other.get("kind").and_then(Value::as_str) == kind);
        if !same.any(|document| has(document, &path.rows)) {
            missing.push(format!("{} {}", path.kind.kind, path.name()));
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn golden_files_are_valid() {
    // Their files have all fields, of which some exclude each other.
    let impossible = ["root", "time_sync"];
    let is_possible = |kind: &PathBuf| !impossible.iter().any(|name| kind.ends_with(name));
    for kind in kinds().into_iter().filter(is_possible) {
        let input = input(&kind);
        let config = decode(&fs::read(&input).unwrap(), &input);
        let faults = config::validate(&config, types::Mode::Cloud);
        assert!(faults.is_empty(), "{}:\n{}", input.display(), config::fault::summary(&faults));
    }
}
