//! Why a store refuses an operation.
//!
//! The same refusals come from the store in this process and, with less detail, from one behind a socket.

use std::fmt;

use crate::{
    metadata::{Metadata, Phase, Version},
    selector::InvalidPattern,
    spec::DecodeError,
    text::Text,
};

/// What a resource is called in full: namespace, kind, id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The namespace.
    pub namespace: Text,
    /// The resource type.
    pub kind: Text,
    /// The id.
    pub id: Text,
}

impl Key {
    /// The name of `kind` `id` in `namespace`.
    #[must_use]
    pub fn new(namespace: impl Into<Text>, kind: impl Into<Text>, id: impl Into<Text>) -> Self {
        Self { namespace: namespace.into(), kind: kind.into(), id: id.into() }
    }
}

impl From<&Metadata> for Box<Key> {
    fn from(metadata: &Metadata) -> Self {
        Self::new(Key::new(metadata.namespace(), metadata.kind(), metadata.id()))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.namespace, self.kind, self.id)
    }
}

/// Why an operation was refused.
#[derive(Debug, thiserror::Error)]
#[expect(clippy::error_impl_error, reason = "callers read it as cosi::Error")]
pub enum Error {
    /// No such resource.
    #[error("resource {0} does not exist")]
    NotFound(Box<Key>),
    /// There is such a resource already.
    #[error("resource {0} exists already")]
    AlreadyExists(Box<Key>),
    /// Somebody else wrote in between.
    #[error("resource {key} has version {current}, update of version {given}")]
    VersionConflict {
        /// The resource.
        key: Box<Key>,
        /// The version in the store.
        current: Version,
        /// The version that the update began from.
        given: Version,
    },
    /// The resource belongs to somebody else.
    #[error("resource {} is owned by {:?}, not by {:?}", .0.key, .0.owner, .0.asked)]
    OwnerConflict(Box<OwnerConflict>),
    /// The resource is in another phase of its life.
    #[error("resource {key} is {current}, expected {expected}")]
    PhaseConflict {
        /// The resource.
        key: Box<Key>,
        /// The phase in the store.
        current: Phase,
        /// The phase that the writer expected.
        expected: Phase,
    },
    /// Somebody still holds the resource.
    #[error("resource {key} is held by {}", finalizers.join(", "))]
    PendingFinalizers {
        /// The resource.
        key: Box<Key>,
        /// Who holds it.
        finalizers: Vec<Text>,
    },
    /// A bookmark of another store, or one whose successors are forgotten.
    #[error("bookmark is unknown or expired")]
    InvalidBookmark,
    /// A controller did what it does not declare.
    #[error("controller {} {} {} in {} without declaring it", .0.controller, .0.verb, .0.kind, .0.namespace)]
    Undeclared(Box<Undeclared>),
    /// Options of a watch that exclude each other.
    #[error("{0} cannot be combined")]
    ConflictingOptions(&'static str),
    /// What this operation does not do.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
    /// A request that makes no sense.
    #[error("{field}: {problem}")]
    Invalid {
        /// The field of the request.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// An id pattern that cannot be used.
    #[error("selector")]
    Pattern(#[from] InvalidPattern),
    /// A spec that does not fit its type.
    #[error("resource {key}")]
    Decode {
        /// The resource.
        key: Box<Key>,
        /// What is wrong with it.
        #[source]
        source: DecodeError,
    },
    /// The store behind a socket refused, or could not be reached.
    #[error("{} ({})", .0.message(), .0.code())]
    Remote(tonic::Status),
    /// The store behind a socket did not answer in time.
    #[error("{0}: no answer in time")]
    Timeout(&'static str),
}

/// Who owns a resource, and who wanted to change it.
#[derive(Debug)]
pub struct OwnerConflict {
    /// The resource.
    pub key: Key,
    /// Its owner.
    pub owner: Text,
    /// Who wanted to change it.
    pub asked: Text,
}

/// What a controller did without declaring it.
#[derive(Debug)]
pub struct Undeclared {
    /// The controller.
    pub controller: &'static str,
    /// What it did: `reads`, `writes` or `holds`.
    pub verb: &'static str,
    /// The resource type.
    pub kind: &'static str,
    /// The namespace.
    pub namespace: Text,
}

impl Error {
    pub(crate) fn decode(metadata: &Metadata, source: DecodeError) -> Self {
        Self::Decode { key: metadata.into(), source }
    }

    /// Whether the resource does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.code() == tonic::Code::NotFound
    }

    /// The gRPC code that tells this refusal to clients.
    #[must_use]
    pub fn code(&self) -> tonic::Code {
        use tonic::Code;
        match self {
            Self::NotFound(_) => Code::NotFound,
            Self::AlreadyExists(_) => Code::AlreadyExists,
            Self::OwnerConflict(_) | Self::Undeclared(_) => Code::PermissionDenied,
            Self::VersionConflict { .. }
            | Self::PendingFinalizers { .. }
            | Self::InvalidBookmark => Code::FailedPrecondition,
            Self::PhaseConflict { .. }
            | Self::Invalid { .. }
            | Self::Pattern(_)
            | Self::Decode { .. } => Code::InvalidArgument,
            Self::ConflictingOptions(_) => Code::Unknown,
            Self::Unsupported(_) => Code::Unimplemented,
            Self::Remote(status) => status.code(),
            Self::Timeout(_) => Code::DeadlineExceeded,
        }
    }
}

impl From<tonic::Status> for Error {
    fn from(status: tonic::Status) -> Self {
        Self::Remote(status)
    }
}

/// An error and what it came from, joined by colons.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
