//! The two types that every store describes itself with: resource definitions and namespaces.

use prost::Message;
use serde::Serialize;

use crate::{
    naming,
    spec::{DecodeError, Definition, Naming, Sensitivity, Spec},
    wire::meta::{self as wire, resource_definition_spec},
};

/// The namespace of both types.
pub const NAMESPACE: &str = "meta";

/// The owner of both types' resources: the store itself.
pub(crate) const OWNER: &str = "meta";

/// Describes a namespace; its id is the namespace's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Namespace {
    /// What the namespace is for.
    pub description: String,
}

impl Spec for Namespace {
    const TYPE: &'static str = "Namespaces.meta.cosi.dev";
    const NAMESPACE: &'static str = NAMESPACE;

    fn definition() -> Definition {
        Definition::new().aliases(&["ns"])
    }

    fn to_proto(&self) -> Vec<u8> {
        wire::NamespaceSpec { description: self.description.clone() }.encode_to_vec()
    }

    fn from_proto(bytes: &[u8]) -> Result<Self, DecodeError> {
        let wire::NamespaceSpec { description } = Message::decode(bytes)?;
        Ok(Self { description })
    }

    fn to_yaml(&self) -> String {
        yaml(self)
    }
}

/// Describes a resource type; its id is the type in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceDefinition {
    /// The type, such as `AddressStatuses.net.talos.dev`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What one resource of the type is called.
    pub display_type: String,
    /// The namespace that clients look in when they name none.
    pub default_namespace: String,
    /// Short names.
    pub aliases: Vec<String>,
    /// Every name by which the type can be asked for, beside the type itself.
    pub all_aliases: Vec<String>,
    /// Whether the type has only the aliases that it asked for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub skip_automatic_aliases: bool,
    /// Columns of a table of such resources.
    pub print_columns: Vec<PrintColumn>,
    /// Who may read such resources.
    #[serde(skip_serializing_if = "is_public", serialize_with = "sensitive")]
    pub sensitivity: Sensitivity,
}

/// One column of a table of resources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PrintColumn {
    /// The title.
    pub name: String,
    /// Where the value is in the YAML spec.
    pub json_path: String,
}

impl ResourceDefinition {
    /// The description of `T`.
    #[must_use]
    pub fn of<T: Spec>() -> Self {
        let definition = T::definition();
        let mut aliases: Vec<String> = definition.aliases.iter().map(|&a| a.to_owned()).collect();
        if definition.naming == Naming::Automatic {
            for alias in naming::automatic_aliases(T::TYPE) {
                if !aliases.contains(&alias) {
                    aliases.push(alias);
                }
            }
        }
        let mut all_aliases = naming::plurals(T::TYPE);
        all_aliases.extend(aliases.iter().cloned());
        Self {
            kind: T::TYPE.to_owned(),
            display_type: naming::display_name(T::TYPE),
            default_namespace: T::NAMESPACE.to_owned(),
            aliases,
            all_aliases,
            skip_automatic_aliases: definition.naming == Naming::Explicit,
            print_columns: definition
                .columns
                .iter()
                .map(|&(name, json_path)| PrintColumn {
                    name: name.to_owned(),
                    json_path: json_path.to_owned(),
                })
                .collect(),
            sensitivity: definition.sensitivity,
        }
    }

    /// The id of the definition of `kind`.
    #[must_use]
    pub fn id_of(kind: &str) -> String {
        kind.to_lowercase()
    }
}

impl Spec for ResourceDefinition {
    const TYPE: &'static str = "ResourceDefinitions.meta.cosi.dev";
    const NAMESPACE: &'static str = NAMESPACE;

    fn definition() -> Definition {
        Definition::new().aliases(&["api-resources"]).columns(&[("Aliases", "{.aliases[:]}")])
    }

    fn to_proto(&self) -> Vec<u8> {
        wire::ResourceDefinitionSpec {
            resource_type: self.kind.clone(),
            display_type: self.display_type.clone(),
            default_namespace: self.default_namespace.clone(),
            aliases: self.aliases.clone(),
            all_aliases: self.all_aliases.clone(),
            print_columns: self
                .print_columns
                .iter()
                .map(|column| resource_definition_spec::PrintColumn {
                    name: column.name.clone(),
                    json_path: column.json_path.clone(),
                })
                .collect(),
            sensitivity: match self.sensitivity {
                Sensitivity::Public => resource_definition_spec::Sensitivity::NonSensitive,
                Sensitivity::Sensitive => resource_definition_spec::Sensitivity::Sensitive,
            }
            .into(),
        }
        .encode_to_vec()
    }

    fn from_proto(bytes: &[u8]) -> Result<Self, DecodeError> {
        let message: wire::ResourceDefinitionSpec = Message::decode(bytes)?;
        let sensitivity = match message.sensitivity() {
            resource_definition_spec::Sensitivity::NonSensitive => Sensitivity::Public,
            resource_definition_spec::Sensitivity::Sensitive => Sensitivity::Sensitive,
        };
        Ok(Self {
            kind: message.resource_type,
            display_type: message.display_type,
            default_namespace: message.default_namespace,
            aliases: message.aliases,
            all_aliases: message.all_aliases,
            // The protobuf form does not carry it.
            skip_automatic_aliases: false,
            print_columns: message
                .print_columns
                .into_iter()
                .map(|column| PrintColumn { name: column.name, json_path: column.json_path })
                .collect(),
            sensitivity,
        })
    }

    fn to_yaml(&self) -> String {
        yaml(self)
    }
}

/// Plain structures of strings have no value that YAML could not hold.
fn yaml(value: &impl Serialize) -> String {
    serde_saphyr::to_string(value).unwrap_or_default()
}

fn is_public(sensitivity: &Sensitivity) -> bool {
    *sensitivity == Sensitivity::Public
}

fn sensitive<S: serde::Serializer>(_: &Sensitivity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str("sensitive")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_in_yaml() {
        let yaml = ResourceDefinition::of::<ResourceDefinition>().to_yaml();
        assert_eq!(
            yaml.trim_end(),
            "type: ResourceDefinitions.meta.cosi.dev\n\
             displayType: ResourceDefinition\n\
             defaultNamespace: meta\n\
             aliases:\n\
             - api-resources\n\
             - resourcedefinition\n\
             - rd\n\
             - rds\n\
             allAliases:\n\
             - resourcedefinitions\n\
             - resourcedefinitions.meta\n\
             - resourcedefinitions.meta.cosi\n\
             - api-resources\n\
             - resourcedefinition\n\
             - rd\n\
             - rds\n\
             printColumns:\n\
             - name: Aliases\n\
             \x20 jsonPath: \"{.aliases[:]}\""
        );
    }

    #[test]
    fn both_forms_agree() {
        let definition = ResourceDefinition::of::<Namespace>();
        assert_eq!(ResourceDefinition::from_proto(&definition.to_proto()).unwrap(), definition);
        let sensitive = ResourceDefinition { sensitivity: Sensitivity::Sensitive, ..definition };
        assert_eq!(ResourceDefinition::from_proto(&sensitive.to_proto()).unwrap(), sensitive);
        assert!(sensitive.to_yaml().trim_end().ends_with("sensitivity: sensitive"));
    }
}
