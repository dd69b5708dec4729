//! The configuration as it was submitted, with its comments and its order.
//!
//! Not the meaning of the text; that is the `config` crate's.

use cosi::{DecodeError, Definition, Spec};
use prost::Message;
use types::Secret;

use crate::{namespace, spec, wire::message};

/// The text of a configuration. The ids are `v1alpha1` for the one in force and `persistent` for the one on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MachineConfig {
    /// YAML, of one or more documents.
    pub text: Secret<String>,
}

message!(MachineConfig as ".resource.config.MachineConfigSpec" { 1: text });

impl MachineConfig {
    /// The id of the configuration in force.
    pub const ACTIVE: &str = "v1alpha1";
    /// The id of the configuration that is on disk, and in force after the next boot.
    pub const PERSISTENT: &str = "persistent";
}

impl Spec for MachineConfig {
    const TYPE: &'static str = "MachineConfigs.config.talos.dev";
    const NAMESPACE: &'static str = namespace::CONFIG;

    fn definition() -> Definition {
        Definition::new().sensitive()
    }

    fn to_proto(&self) -> Vec<u8> {
        self.encode_to_vec()
    }

    fn from_proto(bytes: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self::decode(bytes)?)
    }

    /// One text that holds the whole: a reader of resources must not take its documents for several resources.
    fn to_yaml(&self) -> String {
        spec::yaml(self.text.expose())
    }

    /// Tells clients that the YAML is a text which holds YAML.
    fn annotations() -> &'static [(&'static str, &'static str)] {
        &[("talos.dev/yaml-spec", "1")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_yaml_is_one_text() {
        let text = "# comment: 'ä\"\\\nversion: v1alpha1\n---\nkind: X\n\tb: |\n    trailing  \n\n";
        let config = MachineConfig { text: Secret::new(text.to_owned()) };
        let yaml = config.to_yaml();
        assert_eq!(yaml.lines().count(), 1, "{yaml}");
        assert_eq!(serde_saphyr::from_str::<String>(&yaml).unwrap(), text);
        assert!(!format!("{config:?}").contains("version"));
    }
}
