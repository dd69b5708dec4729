//! What lies between two configurations: does it need a reboot, and how does it read.
//!
//! Both are questions about values, not about the running machine: nothing here knows what a reboot
//! is or whether one is possible.

mod difference;
mod reboot;

use std::collections::BTreeSet;

use crate::diff;
use crate::document::Config;
use crate::v1alpha1::Document;
use crate::yaml::Tree;
use crate::yaml::tree::Show;

pub use difference::{Difference, What, differences};

/// How a new configuration can take the place of an old one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// At once; also when nothing changes.
    Immediate,
    /// Only with a reboot, because of these sections of the root document.
    NeedsReboot(Vec<String>),
}

/// Decides how `new` can take the place of `old`.
///
/// | changed | |
/// |---|---|
/// | any document but the root | at once |
/// | `debug`, anything of `cluster` | at once |
/// | a section of `machine` or `machine.features` that is applied at once | at once |
/// | anything else of the root, also when the root comes or goes | reboot |
#[must_use]
pub fn plan(old: &Config, new: &Config) -> Change {
    let found = differences(old, new).into_iter().flat_map(|difference| difference.reboot);
    let sections: BTreeSet<String> = found.collect();
    if sections.is_empty() {
        Change::Immediate
    } else {
        Change::NeedsReboot(sections.into_iter().collect())
    }
}

/// What changes, as a unified diff for each document, secrets masked. Empty if nothing does; how a
/// document is written (order, comments) is no change.
#[must_use]
pub fn diff(old: Option<&Config>, new: &Config) -> String {
    let before = old.map(Config::documents).unwrap_or_default();
    let mut text = String::new();
    for document in new.documents() {
        let former = before.iter().find(|other| other.label() == document.label());
        text.push_str(&diff_document(former, Some(document)));
    }
    for document in before {
        if !new.documents().iter().any(|other| other.label() == document.label()) {
            text.push_str(&diff_document(Some(document), None));
        }
    }
    text
}

/// The diff of one document, which may be new or gone.
fn diff_document(old: Option<&Document>, new: Option<&Document>) -> String {
    let tree = |document: Option<&Document>| document.map(Document::encode);
    let (before, after) = (tree(old), tree(new));
    // Secrets are compared and masks are shown: both texts have the same lines.
    let write = |tree: &Option<Tree>, show| {
        tree.as_ref().map_or_else(String::new, |tree| tree.to_yaml(show))
    };
    let sides =
        [&before, &after].map(|tree| (write(tree, Show::Secrets), write(tree, Show::Masks)));
    let name = |side: &str, document: Option<&Document>| match document {
        None => "/dev/null".to_owned(),
        Some(document) => match document.label() {
            label if label.is_empty() => format!("{side}/v1alpha1"),
            label => format!("{side}/{}", label.replace(' ', "/")),
        },
    };
    let [(old_text, old_shown), (new_text, new_shown)] = &sides;
    let hunks = diff::unified(
        &diff::Side { text: old_text, shown: old_shown },
        &diff::Side { text: new_text, shown: new_shown },
    );
    if hunks.is_empty() {
        hunks
    } else {
        format!("--- {}\n+++ {}\n{hunks}", name("a", old), name("b", new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        Config::decode(text.as_bytes()).unwrap().0
    }

    const BASE: &str = "\
machine:
    type: worker
    token: old-token
    features:
        rbac: true
        kubePrism:
            enabled: true
cluster:
    clusterName: demo
---
apiVersion: v1alpha1
kind: LinkConfig
name: eth0
";

    fn check(from: &str, to: &str, want: Change) {
        assert!(BASE.contains(from));
        let (old, new) = (config(BASE), config(&BASE.replacen(from, to, 1)));
        assert_eq!(plan(&old, &new), want, "{from} -> {to}");
        assert_eq!(plan(&new, &old), want, "{to} -> {from}");
    }

    #[test]
    fn what_is_listed_needs_no_reboot() {
        check("", "", Change::Immediate);
        check("demo", "other", Change::Immediate);
        check("eth0", "eth1", Change::Immediate);
        check("enabled: true", "enabled: false", Change::Immediate);
        check("    type", "    certSANs: [a]\n    sysctls: {a: b}\n    type", Change::Immediate);
        check("machine:", "debug: true\nmachine:", Change::Immediate);
    }

    #[test]
    fn the_rest_does_and_is_named() {
        let needs = |paths: &[&str]| {
            Change::NeedsReboot(paths.iter().map(|path| (*path).to_owned()).collect())
        };
        check("worker", "controlplane", needs(&["machine.type"]));
        check("old-token", "new-token", needs(&["machine.token"]));
        check(
            "rbac: true",
            "diskQuotaSupport: true",
            needs(&["machine.features.diskQuotaSupport", "machine.features.rbac"]),
        );
        check(
            "    type: worker\n",
            "    env: {A: b}\n    files: [{path: /a}]\n",
            needs(&["machine.env", "machine.files", "machine.type"]),
        );
        assert_eq!(
            plan(
                &config("{apiVersion: v1alpha1, kind: LinkConfig, name: eth0}"),
                &config("machine: {type: worker}")
            ),
            needs(&["machine.type"])
        );
    }

    #[test]
    fn a_diff_shows_no_secret() {
        let new =
            BASE.replacen("old-token", "new-token", 1).replacen("name: eth0", "name: eth1", 1);
        assert_eq!(
            diff(Some(&config(BASE)), &config(&new)),
            "\
--- a/v1alpha1
+++ b/v1alpha1
@@ -1,6 +1,6 @@
 machine:
     type: worker
-    token: REDACTED
+    token: REDACTED
     features:
         rbac: true
         kubePrism:
--- /dev/null
+++ b/LinkConfig/eth1
@@ -0,0 +1,3 @@
+apiVersion: v1alpha1
+kind: LinkConfig
+name: eth1
--- a/LinkConfig/eth0
+++ /dev/null
@@ -1,3 +0,0 @@
-apiVersion: v1alpha1
-kind: LinkConfig
-name: eth0
"
        );
    }

    #[test]
    fn writing_it_differently_is_no_change() {
        let other = "# a comment\ncluster: {clusterName: demo}\nmachine: {token: old-token, type: worker, features: {kubePrism: {enabled: yes}, rbac: true}}\n---\n{name: eth0, kind: LinkConfig, apiVersion: v1alpha1}\n";
        assert_eq!(diff(Some(&config(BASE)), &config(other)), "");
        assert!(
            diff(None, &config(other)).starts_with("--- /dev/null\n+++ b/v1alpha1\n@@ -0,0 +1,")
        );
    }
}
