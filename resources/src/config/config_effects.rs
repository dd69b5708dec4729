//! Which accepted fields of the configuration do nothing. A type of our own; the contract has none like it.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// What of an accepted configuration has no effect in this version. The id is that of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ConfigEffects {
    /// The fields, in the order of the configuration.
    pub fields: Vec<ConfigEffect>,
}

message!(ConfigEffects as "" { 1: fields });

spec!(
    ConfigEffects,
    "ConfigEffects.config.holdfast.dev",
    namespace::CONFIG,
    Definition::new()
        .columns(&[("Path", "{.fields[*].path}"), ("Message", "{.fields[*].message}")])
);

/// A field of the configuration that does nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ConfigEffect {
    /// Where it is, as `machine.kubelet.image`; fields of other documents begin with `KIND` or `KIND/NAME` and a colon.
    pub path: String,
    /// What that means for the operator.
    pub message: String,
}

message!(ConfigEffect as "" { 1: path, 2: message });

#[cfg(test)]
mod tests {
    use super::*;
    use cosi::Spec;

    #[test]
    fn effects_read_back() {
        let field = ConfigEffect {
            path: "machine.kubelet.image".into(),
            message: "no kubelet in this version".into(),
        };
        let effects = ConfigEffects { fields: vec![field] };
        let yaml =
            "fields:\n- path: machine.kubelet.image\n  message: no kubelet in this version\n";
        assert_eq!(effects.to_yaml(), yaml);
        assert_eq!(ConfigEffects::from_proto(&effects.to_proto()).unwrap(), effects);
    }
}
