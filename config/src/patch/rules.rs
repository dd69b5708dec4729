//! What a strategic patch does where both sides have something: by default scalars are replaced,
//! lists appended and mappings merged key by key; here is what is done otherwise.

use crate::fault::Place;
use crate::v1alpha1::Document;
use crate::yaml::read::{Entry, Style};
use crate::yaml::{Node, Value};

/// The part of a path that stands for any item of a list.
const ITEM: &str = "[]";

/// A rule for one field and what is below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// By shape.
    Default,
    /// The new value takes the old one's place, also an empty list.
    Replace,
    /// Items of a list that agree in the first of these keys that the new one has are merged, others
    /// appended.
    By(&'static [&'static str]),
    /// Items that agree in this key are replaced, others appended.
    ReplaceBy(&'static str),
    /// Each entry takes the place of the one with its key, whatever that is.
    Each,
    /// What is below is not ours: a value of another type is a mistake.
    Free,
}

/// The rules by kind and path; a list's items are `[]`.
const RULES: [(&str, &str, Rule); 24] = [
    ("", "cluster.network.podSubnets", Rule::Replace),
    ("", "cluster.network.serviceSubnets", Rule::Replace),
    ("", "cluster.apiServer.auditPolicy", Rule::Replace),
    ("NetworkRuleConfig", "ingress", Rule::Replace),
    ("NetworkRuleConfig", "portSelector.ports", Rule::Replace),
    ("", "machine.network.interfaces", Rule::By(&["interface", "deviceSelector"])),
    ("", "machine.network.interfaces.[].vlans", Rule::By(&["vlanId"])),
    ("", "cluster.apiServer.admissionControl", Rule::By(&["name"])),
    ("ExtensionServiceConfig", "configFiles", Rule::By(&["mountPath"])),
    ("ImageVerificationConfig", "rules", Rule::ReplaceBy("image")),
    ("", "machine.kubelet.extraArgs", Rule::Each),
    ("", "cluster.apiServer.extraArgs", Rule::Each),
    ("", "cluster.controllerManager.extraArgs", Rule::Each),
    ("", "cluster.scheduler.extraArgs", Rule::Each),
    ("", "cluster.proxy.extraArgs", Rule::Each),
    ("", "cluster.etcd.extraArgs", Rule::Each),
    ("", "machine.kubelet.extraConfig", Rule::Free),
    ("", "machine.kubelet.credentialProviderConfig", Rule::Free),
    ("", "machine.baseRuntimeSpecOverrides", Rule::Free),
    ("", "cluster.apiServer.admissionControl.[].configuration", Rule::Free),
    ("", "cluster.scheduler.config", Rule::Free),
    ("", "cluster.apiServer.resources", Rule::Free),
    ("", "cluster.controllerManager.resources", Rule::Free),
    ("", "cluster.scheduler.resources", Rule::Free),
];

/// A place in a document of a kind.
#[derive(Debug, Clone)]
pub(super) struct At<'a> {
    kind: &'a str,
    /// Keys; `[]` for an item.
    path: Vec<String>,
    free: bool,
}

impl<'a> At<'a> {
    /// The top of a document.
    pub(super) fn top(kind: &'a str) -> Self {
        Self { kind, path: Vec::new(), free: false }
    }

    /// The value below a key.
    pub(super) fn key(&self, key: &str) -> Self {
        let path = self.path.iter().cloned().chain([key.to_owned()]).collect();
        let mut at = Self { kind: self.kind, path, free: self.free };
        at.free |= at.rule() == Rule::Free;
        at
    }

    /// An item of the list.
    pub(super) fn item(&self) -> Self {
        self.key(ITEM)
    }

    /// What is done here.
    pub(super) fn rule(&self) -> Rule {
        let here = |(kind, path, _): &&(&str, &str, Rule)| {
            *kind == self.kind && path.split('.').eq(self.path.iter().map(String::as_str))
        };
        RULES.iter().find(here).map_or(Rule::Default, |(_, _, rule)| *rule)
    }

    /// Whether it is inside something that is not ours.
    pub(super) fn is_free(&self) -> bool {
        self.free
    }

    /// Whether a section is here that has a field of this name.
    pub(super) fn has_field(&self, key: &str) -> bool {
        !self.is_map() && self.key(key).is_known()
    }

    /// Whether a mapping is here whose keys the operator chooses.
    pub(super) fn is_map(&self) -> bool {
        self.key("\u{1}").is_known()
    }

    /// Whether documents have such a place, as their reader says.
    fn is_known(&self) -> bool {
        let node = |value| Node { place: Place::START, value };
        let entry = |key: &str, value| Entry { key: key.to_owned(), place: Place::START, value };
        let nothing = node(Value::Scalar(String::new(), Style::Plain));
        let mut probe = self.path.iter().rev().fold(nothing, |inner, key| {
            node(match key.as_str() {
                ITEM => Value::List(vec![inner]),
                key => Value::Map(vec![entry(key, inner)]),
            })
        });
        if let (false, Value::Map(entries)) = (self.kind.is_empty(), &mut probe.value) {
            let text = |text: &str| node(Value::Scalar(text.to_owned(), Style::Quoted));
            entries.push(entry("apiVersion", text("v1alpha1")));
            entries.push(entry("kind", text(self.kind)));
        }
        let mut faults = Vec::new();
        Document::decode(&probe, &mut faults);
        faults.iter().all(|fault| fault.rule != "unknown field")
    }
}
