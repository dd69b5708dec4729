//! Patches: a configuration changed by documents that hold only what changes, or by the operations of
//! RFC 6902.
//!
//! A patch works on values, one after the other; the text is written once at the end, with everything
//! as it was but what changed. What a patch makes is decoded like any configuration, but not
//! validated: that is left to whoever uses it.

mod between;
mod json;
mod layout;
mod merge;
mod rewrite;
mod rules;
mod strategic;

use std::fmt;
use std::net::IpAddr;

use crate::document::Config;
use crate::fault::{Fault, Place, summary};
use crate::v1alpha1::label;
use crate::value::{Prefix, free};
use crate::yaml::{Node, Tree, Value, read};

pub use between::{NoPatch, between};

/// A patch that was read.
pub struct Patch(Form);

/// The two kinds of patches.
enum Form {
    Strategic(Vec<strategic::Part>),
    Json(Vec<json::Operation>),
}

/// Says which kind: patches hold secrets.
impl fmt::Debug for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Form::Strategic(_) => "Patch(strategic)",
            Form::Json(_) => "Patch(JSON)",
        })
    }
}

impl Patch {
    /// Reads a patch, YAML or JSON: documents to merge, or one list of operations. An entry
    /// `$patch: delete` deletes the mapping, the item or the document that it stands in.
    ///
    /// # Errors
    /// All faults that were found, with their places in the patch.
    pub fn decode(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let nodes = read::stream(bytes)?;
        match nodes.as_slice() {
            [] => Err(vec![Fault::at(Place::START, "there is no patch in it")]),
            [Node { value: Value::List(items), .. }] => {
                json::decode(items).map(|list| Self(Form::Json(list)))
            }
            _ => strategic::decode(nodes).map(|parts| Self(Form::Strategic(parts))),
        }
    }
}

/// Why a configuration was not patched.
#[derive(Debug, thiserror::Error)]
pub enum PatchError {
    /// A patch does not fit the configuration.
    #[error("{fault}")]
    Unfit {
        /// Which of the patches, from 0.
        patch: usize,
        /// What does not fit, with its place in the patch.
        fault: Box<Fault>,
    },
    /// The patches deleted every document.
    #[error("the patches leave no document")]
    Nothing,
    /// What the patches make is no configuration.
    #[error("what the patches make is no configuration:\n{}", summary(.0))]
    Result(Vec<Fault>),
}

/// A document that is patched.
#[derive(Debug)]
struct Target {
    /// Kind and name, as [`identity`] spells them; empty for the root.
    label: String,
    /// Which document of the text it is; none if it is new.
    origin: Option<usize>,
    tree: Tree,
}

impl Target {
    /// Says kind and name as they are now.
    fn name(&mut self) {
        let text = |key: &str| match merge::field(&self.tree, key) {
            Some(Tree::Text(text) | Tree::Word(text)) if !text.is_empty() => Some(text.clone()),
            _ => None,
        };
        self.label = match (text("kind"), text("name")) {
            (None, _) => String::new(),
            (Some(kind), None) => kind,
            (Some(kind), Some(name)) => identity(&format!("{kind} {name}")),
        };
    }
}

/// Kind and name by which documents are matched: an address has several spellings and is one name.
fn identity(label: &str) -> String {
    let Some((kind, name)) = label.split_once(' ') else { return label.to_owned() };
    let address = name.parse().map(|address: IpAddr| address.to_string());
    let name = address.or_else(|_| name.parse().map(|prefix: Prefix| prefix.to_string()));
    name.map_or_else(|_| label.to_owned(), |name| format!("{kind} {name}"))
}

/// The configuration with the patches applied in order. Its bytes are those of the old one but for
/// what changed; without patches it is the same to the byte.
///
/// # Errors
/// [`PatchError`]; the faults of a result have places in the text that is not returned.
pub fn apply(config: &Config, patches: &[Patch]) -> Result<Config, PatchError> {
    let nodes = read::stream(config.bytes()).map_err(PatchError::Result)?;
    let old: Vec<Tree> = nodes.iter().map(free).collect();
    let mut targets: Vec<Target> = nodes
        .iter()
        .zip(&old)
        .enumerate()
        .map(|(index, (node, tree))| Target {
            label: identity(&label(node)),
            origin: Some(index),
            tree: tree.clone(),
        })
        .collect();
    for (patch, Patch(form)) in patches.iter().enumerate() {
        let outcome = match form {
            Form::Strategic(parts) => strategic::apply(parts, &mut targets),
            Form::Json(operations) => json::apply(operations, &mut targets),
        };
        // Operations may give a document another name.
        targets.iter_mut().for_each(Target::name);
        outcome.map_err(|fault| PatchError::Unfit { patch, fault })?;
    }
    if targets.is_empty() {
        return Err(PatchError::Nothing);
    }
    let text = rewrite::rewrite(config.bytes(), &old, &targets);
    Config::decode(text.as_bytes()).map(|(config, _warnings)| config).map_err(PatchError::Result)
}

#[cfg(test)]
mod tests;
