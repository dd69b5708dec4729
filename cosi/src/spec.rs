//! What a resource type is: a plain value with a name, a protobuf form and a YAML form.
//!
//! The store looks into no spec; it keeps specs of types that it has never heard of just as well.

use std::fmt;

/// A value that resources carry. One type per resource kind.
pub trait Spec: Clone + PartialEq + fmt::Debug + Send + Sync + 'static {
    /// The resource type, such as `AddressStatuses.net.talos.dev`: a plural, then a group.
    const TYPE: &'static str;
    /// The namespace that clients look in when they name none.
    const NAMESPACE: &'static str;

    /// What clients are told about the type.
    fn definition() -> Definition;

    /// The spec as a protobuf message.
    fn to_proto(&self) -> Vec<u8>;

    /// Reads the protobuf message.
    ///
    /// # Errors
    /// The bytes are not such a message, or it holds a value that the type does not have.
    fn from_proto(bytes: &[u8]) -> Result<Self, DecodeError>;

    /// The spec as a YAML document, without document markers.
    fn to_yaml(&self) -> String;

    /// Bytes of memory that the spec holds beside its own size, roughly: how much of it the store remembers depends on it.
    ///
    /// The length of the protobuf message unless the type knows a quicker way to tell.
    #[must_use]
    fn weight(&self) -> usize {
        self.to_proto().len()
    }

    /// Annotations that every resource of the type carries.
    #[must_use]
    fn annotations() -> &'static [(&'static str, &'static str)] {
        &[]
    }
}

/// What clients are told about a resource type beside its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// Names for the type beside those that follow from its name.
    pub aliases: &'static [&'static str],
    /// Columns of a table of such resources: a title, and a JSONPath into the YAML spec.
    pub columns: &'static [(&'static str, &'static str)],
    /// Who may read such resources.
    pub sensitivity: Sensitivity,
    /// Which aliases the type gets.
    pub naming: Naming,
}

impl Definition {
    /// A type without aliases or columns of its own, for everybody to read.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            aliases: &[],
            columns: &[],
            sensitivity: Sensitivity::Public,
            naming: Naming::Automatic,
        }
    }

    /// Adds names for the type.
    #[must_use]
    pub const fn aliases(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// Sets the columns: title, JSONPath.
    #[must_use]
    pub const fn columns(self, columns: &'static [(&'static str, &'static str)]) -> Self {
        Self { columns, ..self }
    }

    /// Keeps the type from everybody but administrators.
    #[must_use]
    pub const fn sensitive(self) -> Self {
        Self { sensitivity: Sensitivity::Sensitive, ..self }
    }
}

/// Who may read resources of a type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sensitivity {
    /// Whoever may read at all.
    #[default]
    Public,
    /// Administrators.
    Sensitive,
}

/// Which aliases a type gets beside those it asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// The singular, and the initials.
    #[default]
    Automatic,
    /// None.
    Explicit,
}

/// A spec that does not fit its type.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are not the protobuf message.
    #[error("decode the protobuf message")]
    Proto(#[from] prost::DecodeError),
    /// The message holds a value that the type does not have.
    #[error("{field}: {problem}")]
    Value {
        /// The field, by its protobuf name.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The resource is of another type.
    #[error("resource type {found:?}, expected {expected:?}")]
    Type {
        /// The type asked for.
        expected: &'static str,
        /// The type that it is.
        found: String,
    },
}

impl DecodeError {
    /// A field whose value the type does not have.
    #[must_use]
    pub fn value(field: &'static str, problem: impl fmt::Display) -> Self {
        Self::Value { field, problem: problem.to_string() }
    }
}

/// The spec of a resource whose type this process does not know, kept as it came.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Opaque {
    /// The protobuf message; empty when the type has none.
    pub proto: Vec<u8>,
    /// The YAML document.
    pub yaml: String,
}

/// Sizes only: an unknown type may be a sensitive one.
impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opaque({} proto bytes, {} yaml bytes)", self.proto.len(), self.yaml.len())
    }
}

/// The spec of what is not there: the last word about an absent resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tombstone;

/// What a stored resource may carry: a typed spec, an opaque one, or none.
pub(crate) trait Payload: Clone + PartialEq + fmt::Debug + Send + Sync + 'static {
    fn proto(&self) -> Vec<u8>;
    fn yaml(&self) -> String;
    fn weight(&self) -> usize;
}

impl<T: Spec> Payload for T {
    fn proto(&self) -> Vec<u8> {
        self.to_proto()
    }

    fn yaml(&self) -> String {
        self.to_yaml()
    }

    fn weight(&self) -> usize {
        Spec::weight(self)
    }
}

impl Payload for Opaque {
    fn proto(&self) -> Vec<u8> {
        self.proto.clone()
    }

    fn yaml(&self) -> String {
        self.yaml.clone()
    }

    fn weight(&self) -> usize {
        self.proto.len() + self.yaml.len()
    }
}

impl Payload for Tombstone {
    fn proto(&self) -> Vec<u8> {
        Vec::new()
    }

    fn yaml(&self) -> String {
        String::new()
    }

    fn weight(&self) -> usize {
        0
    }
}
