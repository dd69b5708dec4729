//! Which fields have an effect in this version, and the warnings about those that have none.
//!
//! What is not applied is said once per section, whenever a configuration is read: never in silence.
//! Who applies what stands beside each field, in its [`Row`].

use crate::document::Config;
use crate::fault::Warning;
use crate::field::{push_index, push_key};
use crate::table::{Row, Table};
use crate::v1alpha1::Document;
use crate::yaml::Tree;

/// What a configuration says that has no effect, one warning per section.
pub(crate) fn warnings(config: &Config) -> Vec<Warning> {
    config.documents().iter().flat_map(of_document).collect()
}

/// kind                   | warning
/// -----------------------|------------------------------------------
/// nothing of it applied  | one about the document
/// other                  | one for each section that is not applied
fn of_document(document: &Document) -> Vec<Warning> {
    let mut idle = Idle { document: document.label(), warnings: Vec::new() };
    let kind = document.table();
    if kind.is_applied() {
        idle.section(&document.encode(), "", kind.table);
    } else {
        idle.note(String::new());
    }
    idle.warnings
}

/// Warnings about one document.
#[derive(Debug)]
struct Idle {
    document: String,
    warnings: Vec<Warning>,
}

impl Idle {
    /// Looks into a section that has fields with an effect.
    fn section(&mut self, tree: &Tree, path: &str, table: &Table) {
        let Tree::Map(entries) = tree else { return };
        for (key, value) in entries {
            let Some(row) = table.field(key).filter(|row| !row.inert) else { continue };
            let mut path = path.to_owned();
            push_key(&mut path, key);
            self.field(value, path, row);
        }
    }

    /// Notes a field that is set and not applied, or looks into it.
    fn field(&mut self, value: &Tree, path: String, row: &Row) {
        let says_nothing = match value {
            Tree::Map(fields) => fields.is_empty(),
            // A switch that is off asks for nothing.
            Tree::Word(word) => word == "false",
            Tree::Null | Tree::Text(_) | Tree::Secret(..) | Tree::List(_) => false,
        };
        match row.shape.table() {
            _ if says_nothing => {}
            _ if row.appliers().is_empty() => self.note(path),
            // Who applies a section as a whole applies all of it.
            Some(table) if row.applied.is_empty() => match value {
                Tree::List(items) => {
                    for (index, item) in items.iter().enumerate() {
                        let mut path = path.clone();
                        push_index(&mut path, index);
                        self.section(item, &path, table);
                    }
                }
                _ => self.section(value, &path, table),
            },
            Some(_) | None => {}
        }
    }

    fn note(&mut self, path: String) {
        let (document, text) = (self.document.clone(), "no effect in this version".to_owned());
        self.warnings.push(Warning { document, path, text });
    }
}

#[cfg(test)]
mod tests {
    use crate::document::Config;

    #[test]
    fn each_section_without_effect_is_named_once() {
        let text = "\
machine:
  type: worker
  kubelet: {image: a, clusterDNS: [b]}
  registries: {}
  network:
    hostname: h
    kubespan: {enabled: true}
    interfaces:
    - interface: eth0
      dhcp: true
      vip: {ip: 10.0.0.1}
cluster:
  clusterName: c
  proxy: {disabled: true}
  extraManifests: []
  allowSchedulingOnControlPlanes: false
---
apiVersion: v1alpha1
kind: LinkConfig
name: eth1
multicast: true
---
apiVersion: v1alpha1
kind: TrustedRootsConfig
name: mine
";
        let (_, warnings) = Config::decode(text.as_bytes()).unwrap();
        let shown: Vec<_> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "no effect in this version: machine.kubelet",
                "no effect in this version: machine.network.interfaces[0].vip",
                "no effect in this version: machine.network.kubespan",
                "no effect in this version: cluster.proxy",
                "no effect in this version: LinkConfig eth1: multicast",
                "no effect in this version: TrustedRootsConfig mine",
            ]
        );
    }
}
