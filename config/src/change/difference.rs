//! The fields in which two configurations differ, each with what it takes to change it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::reboot::sections;
use crate::document::Config;
use crate::field::{push_index, push_key};
use crate::v1alpha1::Document;
use crate::yaml::Tree;
use crate::yaml::tree::Show;

/// One field that differs, or a whole document that comes or goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// The document: its kind and name, empty for the root document.
    pub document: String,
    /// The field, as `machine.network.interfaces[0].mtu`; empty for a whole document.
    pub path: String,
    /// What happens to it.
    pub what: What,
    /// The value before as YAML, secrets masked; none if there was none.
    pub before: Option<String>,
    /// The value after.
    pub after: Option<String>,
    /// Sections of the root document because of which the change needs a reboot; if there are none, it
    /// is made at once.
    pub reboot: Vec<String>,
}

/// What happens to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// It comes.
    Added,
    /// It has another value.
    Changed,
    /// It goes.
    Removed,
}

/// The fields in which two configurations differ, as deep as both have something; lists of different
/// lengths as a whole. How a document is written (order, comments) makes no difference.
#[must_use]
pub fn differences(old: &Config, new: &Config) -> Vec<Difference> {
    let label = |document: &Document| (document.label(), document.encode());
    let before: BTreeMap<_, _> = old.documents().iter().map(label).collect();
    let after: Vec<_> = new.documents().iter().map(label).collect();
    let mut walk = Walk::default();
    for (label, tree) in &after {
        walk.document.clone_from(label);
        walk.compare(&Spot::default(), before.get(label), Some(tree));
    }
    let kept: BTreeSet<_> = after.iter().map(|(label, _)| label).collect();
    for (label, tree) in before.iter().filter(|(label, _)| !kept.contains(label)) {
        walk.document.clone_from(label);
        walk.compare(&Spot::default(), Some(tree), None);
    }
    walk.found
}

/// The fields of a mapping by their keys.
fn index(fields: &[(String, Tree)]) -> BTreeMap<&str, &Tree> {
    fields.iter().map(|(key, value)| (key.as_str(), value)).collect()
}

/// Where in a document the comparison is.
#[derive(Debug, Clone, Default)]
struct Spot {
    path: String,
    /// The keys on the way.
    keys: Vec<String>,
}

#[derive(Debug, Default)]
struct Walk {
    document: String,
    found: Vec<Difference>,
}

impl Walk {
    /// Notes where two values differ.
    fn compare(&mut self, at: &Spot, old: Option<&Tree>, new: Option<&Tree>) {
        match (old, new) {
            (old, new) if old == new => {}
            (Some(Tree::Map(old)), Some(Tree::Map(new))) if !old.is_empty() && !new.is_empty() => {
                let (before, after) = (index(old), index(new));
                let gone = old.iter().filter(|(key, _)| !after.contains_key(key.as_str()));
                for (key, _) in new.iter().chain(gone) {
                    let mut spot = at.clone();
                    push_key(&mut spot.path, key);
                    spot.keys.push(key.clone());
                    let key = key.as_str();
                    self.compare(&spot, before.get(key).copied(), after.get(key).copied());
                }
            }
            (Some(Tree::List(old)), Some(Tree::List(new))) if old.len() == new.len() => {
                for (index, (old, new)) in old.iter().zip(new).enumerate() {
                    let mut spot = at.clone();
                    push_index(&mut spot.path, index);
                    self.compare(&spot, Some(old), Some(new));
                }
            }
            (old, new) => self.note(at, old, new),
        }
    }

    fn note(&mut self, at: &Spot, old: Option<&Tree>, new: Option<&Tree>) {
        let what = match (old, new) {
            (None, _) => What::Added,
            (_, None) => What::Removed,
            _ => What::Changed,
        };
        let mut reboot = Vec::new();
        if self.document.is_empty() {
            let keys: Vec<&str> = at.keys.iter().map(String::as_str).collect();
            for tree in [old, new].into_iter().flatten() {
                sections(&keys, tree, &mut reboot);
            }
        }
        let shown = |tree: &Tree| tree.to_yaml(Show::Masks).trim_end().to_owned();
        self.found.push(Difference {
            document: self.document.clone(),
            path: at.path.clone(),
            what,
            before: old.map(shown),
            after: new.map(shown),
            reboot,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "\
machine:
    type: worker
    token: old
    certSANs: [a, b]
    files: [{path: /a, content: x}]
cluster:
    clusterName: demo
---
apiVersion: v1alpha1
kind: LinkConfig
name: eth0
mtu: 1500
";

    fn config(text: &str) -> Config {
        Config::decode(text.as_bytes()).unwrap().0
    }

    /// The differences after replacing a text, as `DOCUMENT: PATH: BEFORE -> AFTER (REBOOT)`.
    fn check(from: &str, to: &str, want: &[&str]) {
        assert!(BASE.contains(from));
        let line = |difference: Difference| {
            let side = |side: Option<String>| side.unwrap_or_else(|| "-".to_owned());
            let Difference { document, path, before, after, reboot, .. } = difference;
            let (before, after) = (side(before), side(after));
            format!("{document}: {path}: {before} -> {after} ({})", reboot.join(", "))
        };
        let found = differences(&config(BASE), &config(&BASE.replacen(from, to, 1)));
        let found: Vec<_> = found.into_iter().map(line).collect();
        assert_eq!(found, want, "{from} -> {to}");
    }

    #[test]
    fn each_field_that_differs_is_named() {
        check("", "", &[]);
        check("worker", "controlplane", &[": machine.type: worker -> controlplane (machine.type)"]);
        check("[a, b]", "[a, c]", &[": machine.certSANs[1]: b -> c ()"]);
        check("[a, b]", "[b]", &[": machine.certSANs: - a\n- b -> - b ()"]);
        check("content: x", "content: z", &[": machine.files[0].content: x -> z (machine.files)"]);
        check("    certSANs: [a, b]\n", "", &[": machine.certSANs: - a\n- b -> - ()"]);
        check(
            "mtu: 1500",
            "up: false",
            &["LinkConfig eth0: up: - -> false ()", "LinkConfig eth0: mtu: 1500 -> - ()"],
        );
        check(
            "demo",
            "demo\n    proxy: {disabled: true}",
            &[": cluster.proxy: - -> disabled: true ()"],
        );
        check(
            "worker",
            "worker\n    env: {A: b}\n    udev: {rules: [x]}",
            &[
                ": machine.env: - -> A: b (machine.env)",
                ": machine.udev: - -> rules:\n    - x (machine.udev)",
            ],
        );
    }

    #[test]
    fn documents_come_and_go_whole() {
        let link = "apiVersion: v1alpha1\nkind: LinkConfig\nname: eth";
        check(
            "eth0",
            "eth1",
            &[
                &format!("LinkConfig eth1: : - -> {link}1\nmtu: 1500 ()"),
                &format!("LinkConfig eth0: : {link}0\nmtu: 1500 -> - ()"),
            ],
        );
    }

    #[test]
    fn secrets_are_masked() {
        check("old", "new", &[": machine.token: REDACTED -> REDACTED (machine.token)"]);
    }
}
