//! A configuration: the bytes that were submitted and the documents in them.

use std::fmt;
use std::sync::Arc;

use crate::fault::{Fault, Place, Warning};
use crate::v1alpha1::{Cluster, Document, Machine, Root, is_root, label};
use crate::yaml::read;
use crate::yaml::tree::Show;
use crate::{effect, locate};

/// A decoded configuration. Cheap to clone.
///
/// # Invariants
/// At least one document, at most one root, no two documents of the same kind and name. Not
/// validated: see [`validate`](crate::validate::validate).
#[derive(Clone, PartialEq)]
pub struct Config {
    bytes: Arc<[u8]>,
    documents: Arc<[Document]>,
}

/// Names the documents only: the bytes hold secrets.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.documents.iter().map(Document::kind)).finish()
    }
}

impl Config {
    /// Reads a stream of documents, YAML or JSON, of at most 8 MiB.
    ///
    /// # Errors
    /// All faults that were found (at most 100), in the order of their places. After a fault of YAML
    /// syntax nothing else can be found.
    pub fn decode(bytes: &[u8]) -> Result<(Self, Vec<Warning>), Vec<Fault>> {
        let nodes = read::stream(bytes)?;
        let mut faults = Vec::new();
        if nodes.is_empty() {
            faults.push(Fault::at(Place::START, "there is no document in it"));
        }
        for (index, node) in nodes.iter().enumerate() {
            let name = label(node);
            if name.is_empty() && !is_root(node) {
                continue;
            }
            if let Some(first) = nodes[..index].iter().find(|other| label(other) == name) {
                let what = if name.is_empty() { "root document" } else { &name };
                faults.push(Fault::at(
                    node.place,
                    format!("duplicate {what}, first at {}", first.place),
                ));
            }
        }
        let documents: Arc<[Document]> =
            nodes.iter().filter_map(|node| Document::decode(node, &mut faults)).collect();
        if !faults.is_empty() {
            faults.sort_by_key(|fault| fault.place);
            return Err(faults);
        }
        let config = Self { bytes: bytes.into(), documents };
        let warnings = effect::warnings(&config);
        Ok((config, warnings))
    }

    /// The same with the documented default in the place of every field that says nothing: what the
    /// node works with. The bytes stay as they were submitted.
    #[must_use]
    pub fn with_defaults(&self) -> Self {
        let mut documents = self.documents.to_vec();
        documents.iter_mut().for_each(Document::fill);
        Self { bytes: Arc::clone(&self.bytes), documents: documents.into() }
    }

    /// The bytes as they were submitted, comments and secrets included.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it says that has no effect in this version, one warning per section.
    #[must_use]
    pub fn without_effect(&self) -> Vec<Warning> {
        effect::warnings(self)
    }

    /// The documents, in order.
    #[must_use]
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The whole stream written anew, secrets included; comments are lost.
    #[must_use]
    pub fn encode(&self) -> String {
        self.write(Show::Secrets)
    }

    /// The whole stream with every secret replaced by a mask; comments are lost.
    #[must_use]
    pub fn redacted(&self) -> String {
        self.write(Show::Masks)
    }

    fn write(&self, show: Show) -> String {
        let texts: Vec<_> =
            self.documents.iter().map(|document| document.encode().to_yaml(show)).collect();
        texts.join("---\n")
    }

    /// Puts places to faults that were found in the decoded documents.
    pub(crate) fn locate(&self, mut faults: Vec<Fault>) -> Vec<Fault> {
        if let (false, Ok(nodes)) = (faults.is_empty(), read::stream(&self.bytes)) {
            for fault in &mut faults {
                fault.place = locate::place(&nodes, &fault.document, &fault.path);
            }
            faults.sort_by_key(|fault| fault.place);
        }
        faults
    }

    /// The root document.
    #[must_use]
    pub fn root(&self) -> Option<&Root> {
        self.documents.iter().find_map(|document| match document {
            Document::Root(root) => Some(&**root),
            _ => None,
        })
    }

    /// The machine, if there is a root document that has one.
    #[must_use]
    pub fn machine(&self) -> Option<&Machine> {
        self.root()?.machine.as_deref()
    }

    /// The cluster, if there is a root document that has one.
    #[must_use]
    pub fn cluster(&self) -> Option<&Cluster> {
        self.root()?.cluster.as_deref()
    }

    /// Whether a machine can leave maintenance with it: it says what machine and cluster are.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.machine().is_some() && self.cluster().is_some()
    }
}
