//! Which fields have an effect in this version, and the warnings about those that have none.
//!
//! What is not applied is said once per section, whenever a configuration is read: never in silence.

use crate::document::Config;
use crate::fault::Warning;
use crate::field::{push_index, push_key};
use crate::v1alpha1::Document;
use crate::yaml::Tree;

/// Fields of the root document that are applied.
const ROOT: [&str; 4] = ["version", "machine", "cluster", "persist"];
/// Fields of `machine` that are applied.
const MACHINE: [&str; 6] = ["type", "token", "ca", "acceptedCAs", "certSANs", "network"];
/// Fields of `machine.network` that are applied.
const NETWORK: [&str; 6] = [
    "hostname",
    "interfaces",
    "nameservers",
    "searchDomains",
    "disableSearchDomain",
    "extraHostEntries",
];
/// Fields of `machine.network.interfaces[]` that are applied.
const INTERFACE: [&str; 8] =
    ["interface", "addresses", "cidr", "routes", "mtu", "dhcp", "ignore", "dhcpOptions"];
/// Fields of `cluster` that are applied, or carried to where they will be.
const CLUSTER: [&str; 4] = ["id", "secret", "controlPlane", "clusterName"];
/// Fields of LinkConfig that are applied.
const LINK: [&str; 5] = ["name", "up", "mtu", "addresses", "routes"];

/// What a configuration says that has no effect, one warning per section.
pub(crate) fn warnings(config: &Config) -> Vec<Warning> {
    config.documents().iter().flat_map(of_document).collect()
}

fn of_document(document: &Document) -> Vec<Warning> {
    let tree = document.encode();
    let mut idle = Idle::default();
    match document {
        Document::Root(_) => root(&tree, &mut idle),
        Document::Link(_) => {
            idle.document = document.label();
            let known: Vec<_> = LINK.into_iter().chain(["apiVersion", "kind"]).collect();
            idle.beside(&tree, "", &known);
        }
        Document::TrustedRoots(_) => {
            idle.document = document.label();
            idle.note(String::new());
        }
        Document::Dhcp4(_)
        | Document::Hostname(_)
        | Document::Resolver(_)
        | Document::StaticHost(_) => {}
    }
    idle.warnings
}

/// The root document, whose sections are looked into.
fn root(tree: &Tree, idle: &mut Idle) {
    idle.beside(tree, "", &ROOT);
    let machine = field(tree, "machine");
    idle.beside(machine, "machine", &MACHINE);
    idle.beside(field(tree, "cluster"), "cluster", &CLUSTER);
    let network = field(machine, "network");
    idle.beside(network, "machine.network", &NETWORK);
    if let Tree::List(items) = field(network, "interfaces") {
        for (index, item) in items.iter().enumerate() {
            let mut path = "machine.network.interfaces".to_owned();
            push_index(&mut path, index);
            idle.beside(item, &path, &INTERFACE);
        }
    }
}

/// A field of a tree.
fn field<'t>(tree: &'t Tree, key: &str) -> &'t Tree {
    match tree {
        Tree::Map(entries) => {
            entries.iter().find(|(name, _)| name == key).map_or(&Tree::Null, |(_, value)| value)
        }
        _ => &Tree::Null,
    }
}

/// Warnings about one document.
#[derive(Debug, Default)]
struct Idle {
    document: String,
    warnings: Vec<Warning>,
}

impl Idle {
    /// Notes every field of a section that is set and not known to be applied.
    fn beside(&mut self, section: &Tree, path: &str, applied: &[&str]) {
        let Tree::Map(entries) = section else { return };
        for (key, value) in entries {
            let says_nothing = match value {
                Tree::Map(fields) => fields.is_empty(),
                // A switch that is off asks for nothing.
                Tree::Word(word) => word == "false",
                _ => false,
            };
            if !says_nothing && !applied.contains(&key.as_str()) {
                let mut path = path.to_owned();
                push_key(&mut path, key);
                self.note(path);
            }
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
                "no effect in this version: cluster.proxy",
                "no effect in this version: machine.network.kubespan",
                "no effect in this version: machine.network.interfaces[0].vip",
                "no effect in this version: LinkConfig eth1: multicast",
                "no effect in this version: TrustedRootsConfig mine",
            ]
        );
    }
}
