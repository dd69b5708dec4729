//! The configuration that a node has, byte for byte.

use config::Config;
use cosi::wire::Resource;
use tonic::Code;

use crate::client::Group;
use crate::fault::Fault;
use crate::output::Output;
use crate::patch::decode;
use crate::resource::get;
use crate::yaml;

/// Where the configuration in force is.
const NAMESPACE: &str = "config";
const KIND: &str = "MachineConfigs.config.talos.dev";
const ACTIVE: &str = "v1alpha1";
/// Says that the YAML is one text which holds the documents.
const WRAPPED: &str = "talos.dev/yaml-spec";
/// How scripts and people name the type, where a command takes no other.
const NAMES: [&str; 5] =
    ["machineconfig", "machineconfigs", "mc", "machineconfigs.config.talos.dev", "mcs"];

/// Whether a word names the type of configurations.
pub(crate) fn is_named(word: &str) -> Result<String, String> {
    match NAMES.iter().any(|name| name.eq_ignore_ascii_case(word)) {
        true => Ok(word.to_owned()),
        false => Err("only machineconfig (mc) can be changed".to_owned()),
    }
}

/// The configuration in force at a node.
///
/// # Errors
/// [`Fault`] when the node does not tell; one that cannot be read is told like a file.
pub(crate) async fn fetch(node: &Group, output: &mut Output) -> anyhow::Result<Config> {
    let resource = get(node, NAMESPACE, KIND, ACTIVE).await?;
    decode(text(resource)?.as_bytes(), node.label(), output)
}

/// The text in the resource.
fn text(resource: Resource) -> Result<String, Fault> {
    let yaml = resource.spec.unwrap_or_default().yaml_spec;
    let wrapped =
        resource.metadata.is_some_and(|metadata| metadata.annotations.contains_key(WRAPPED));
    if !wrapped {
        return Ok(yaml);
    }
    yaml::read(&yaml)
        .map_err(|error| Fault::said(Code::Internal, &format!("its configuration: {error}")))
}

#[cfg(test)]
mod tests {
    use cosi::wire::{Metadata, Spec};

    use super::*;

    #[test]
    fn a_text_that_holds_documents_is_unwrapped() {
        let resource = |yaml: &str, annotations: &[&str]| {
            let entry = |name: &&str| ((*name).to_owned(), "1".to_owned());
            let annotations = annotations.iter().map(entry).collect();
            Resource {
                metadata: Some(Metadata { annotations, ..Metadata::default() }),
                spec: Some(Spec { proto_spec: Vec::new(), yaml_spec: yaml.to_owned() }),
            }
        };
        let documents = "machine: {}\n---\nkind: X\n";
        assert_eq!(text(resource(documents, &[])).expect("text"), documents);
        let one = "\"machine: {}\\n---\\nkind: X\\n\"\n";
        assert_eq!(text(resource(one, &[WRAPPED])).expect("text"), documents);
        text(resource(documents, &[WRAPPED])).expect_err("two documents");
    }
}
