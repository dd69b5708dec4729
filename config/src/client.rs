//! The client's file: contexts with endpoints and credentials, as `talosconfig` holds them.
//!
//! Keys that are not known are ignored when reading, as clients do, and lost when writing.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::field::{Context as Reading, Field, section};
use crate::value::{Free, Pem, PemKey};
use crate::yaml::read::{self, Entry, Value};
use crate::yaml::tree::Show;
use crate::yaml::{Node, Tree};

section! {
    /// The whole file.
    pub struct ClientConfig {
        /// Name of the context in use.
        "context" => context: Option<String>,
        /// The contexts by name.
        "contexts" => contexts: BTreeMap<String, ClientContext>,
    }
}

section! {
    /// One cluster as a client reaches it.
    pub struct ClientContext {
        /// Addresses at which the API is dialled, each with a port if it is not 50000.
        "endpoints" => endpoints: Vec<String>,
        /// Nodes that calls are for.
        "nodes" => nodes: Vec<String>,
        /// The authority of the machine API.
        "ca" => ca: Option<Pem>,
        /// The client's certificate.
        "crt" => certificate: Option<Pem>,
        /// The certificate's key.
        "key" => key: Option<PemKey>,
        /// Name of the cluster behind a proxy of several.
        "cluster" => cluster: Option<String>,
        /// Other ways to say who one is; carried along.
        "auth" => auth: Option<Free>,
    }
}

/// Keys of the file and of a context that are read.
const FILE_KEYS: [&str; 2] = ["context", "contexts"];
const CONTEXT_KEYS: [&str; 7] = ["endpoints", "nodes", "ca", "crt", "key", "cluster", "auth"];

impl ClientConfig {
    /// Reads a file. One without any document is an empty configuration.
    ///
    /// # Errors
    /// All faults of the text.
    pub fn decode(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let Some(node) = read::stream(bytes)?.into_iter().next() else {
            return Ok(Self::default());
        };
        let mut faults = Vec::new();
        let config = Self::read(node, &mut Reading::new("", &mut faults));
        if faults.is_empty() { Ok(config.unwrap_or_default()) } else { Err(faults) }
    }

    /// Reads the file with what is not known taken away.
    fn read(node: Node, cx: &mut Reading<'_>) -> Option<Self> {
        let mut node = keep(node, &FILE_KEYS);
        if let Value::Map(entries) = &mut node.value {
            for Entry { value, .. } in entries.iter_mut().filter(|entry| entry.key == "contexts") {
                if let Value::Map(contexts) = &mut value.value {
                    for entry in contexts {
                        let empty =
                            Node { place: entry.value.place, value: Value::List(Vec::new()) };
                        entry.value =
                            keep(std::mem::replace(&mut entry.value, empty), &CONTEXT_KEYS);
                    }
                }
            }
        }
        <Self as Field>::decode(&node, cx)
    }

    /// The file's text, secrets included.
    #[must_use]
    pub fn encode(&self) -> String {
        <Self as Field>::encode(self).unwrap_or(Tree::Null).to_yaml(Show::Secrets)
    }

    /// The context of a name, or the one in use.
    #[must_use]
    pub fn context(&self, name: Option<&str>) -> Option<&ClientContext> {
        self.contexts.get(name.or(self.context.as_deref())?)
    }
}

/// A mapping without the keys that are not known.
fn keep(mut node: Node, known: &[&str]) -> Node {
    if let Value::Map(entries) = &mut node.value {
        entries.retain(|entry| known.contains(&entry.key.as_str()));
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::pem;

    #[test]
    fn a_file_is_written_as_it_is_read() {
        let certificate = Pem(pem::write("CERTIFICATE", b"x"));
        let context = ClientContext {
            endpoints: vec!["10.0.0.1".into(), "[fd00::1]:50001".into()],
            certificate: Some(certificate),
            ..ClientContext::default()
        };
        let config = ClientConfig {
            context: Some("demo".into()),
            contexts: BTreeMap::from([("demo".into(), context)]),
        };
        let text = config.encode();
        assert!(
            text.starts_with(
                "context: demo\ncontexts:\n    demo:\n        endpoints:\n            - 10.0.0.1\n"
            ),
            "{text}"
        );
        assert_eq!(ClientConfig::decode(text.as_bytes()).unwrap(), config);
        assert!(config.context(None).is_some());
        assert!(config.context(Some("other")).is_none());
    }

    #[test]
    fn unknown_keys_are_ignored_and_wrong_values_are_not() {
        let config =
            ClientConfig::decode(b"context: a\nnew: 1\ncontexts: {a: {endpoints: [b], more: 2}}\n")
                .unwrap();
        assert_eq!(config.contexts["a"].endpoints, ["b"]);
        assert_eq!(ClientConfig::decode(b"").unwrap(), ClientConfig::default());
        let faults = ClientConfig::decode(b"contexts: {a: {key: secret}}\n").unwrap_err();
        assert_eq!(faults[0].to_string(), "1:21: contexts.a.key: must be base64 of PEM text");
        ClientConfig::decode(b"- a\n").unwrap_err();
    }
}
