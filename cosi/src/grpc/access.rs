//! Who may do what to a store that is served: asked before each operation.

use tonic::{Extensions, Status};

/// Decides whether a caller may do something.
pub trait Access: Send + Sync + 'static {
    /// Looks at one operation before it is done. The caller is told by what the transport put into `caller`.
    ///
    /// # Errors
    /// The refusal, as the caller shall see it.
    fn check(&self, caller: &Extensions, operation: &Operation<'_>) -> Result<(), Status>;
}

/// One operation that a caller asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation<'a> {
    /// What is to be done.
    pub verb: Verb,
    /// The namespace.
    pub namespace: &'a str,
    /// The resource type.
    pub kind: &'a str,
    /// The resource; `None` for all of the kind.
    pub id: Option<&'a str>,
    /// In whose name a writer writes, or holds by a finalizer; empty for readers.
    pub owner: &'a str,
}

/// What can be done to a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Read one resource.
    Get,
    /// Read all of a kind.
    List,
    /// Follow one resource or all of a kind.
    Watch,
    /// Add a resource.
    Create,
    /// Change a resource; its phase included.
    Update,
    /// Take hold of a resource or let it go: an update of nothing but finalizers, asked for each of them.
    Hold,
    /// Remove a resource, or ask for that.
    Destroy,
}

impl Verb {
    /// Whether the verb changes the store.
    #[must_use]
    pub const fn is_write(self) -> bool {
        match self {
            Self::Get | Self::List | Self::Watch => false,
            Self::Create | Self::Update | Self::Hold | Self::Destroy => true,
        }
    }
}

/// Lets everybody do everything: for tests and for stores that only their owner can reach.
#[derive(Clone, Copy, Debug, Default)]
pub struct AllowAll;

impl Access for AllowAll {
    fn check(&self, _: &Extensions, _: &Operation<'_>) -> Result<(), Status> {
        Ok(())
    }
}
