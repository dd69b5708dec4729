//! What the store knows about a resource beside its spec.
//!
//! Version, owner and times are the store's to set; labels, annotations, phase and finalizers are the writer's.

use std::{cell::RefCell, fmt, str::FromStr, sync::Arc};

use crate::{
    labels::Labels,
    text::{Id, Text},
    time::Timestamp,
};

/// Where a resource is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Phase {
    /// It is wanted.
    #[default]
    Running,
    /// Its owner wants it gone; it goes once nobody holds a finalizer on it.
    TearingDown,
}

impl Phase {
    /// The phase's name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::TearingDown => "tearingDown",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Phase {
    type Err = ParseMetadataError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "running" => Ok(Self::Running),
            "tearingDown" => Ok(Self::TearingDown),
            _ => Err(ParseMetadataError { what: "phase", text: text.to_owned() }),
        }
    }
}

/// How often a resource was written: 1 when created, one more with each update.
///
/// `UNDEFINED` is the version of what was never stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

impl Version {
    /// The version of a resource that no store has seen.
    pub const UNDEFINED: Self = Self(0);

    /// The version after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.pad("undefined"),
            number => fmt::Display::fmt(&number, f),
        }
    }
}

impl FromStr for Version {
    type Err = ParseMetadataError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(0) => Err(ParseMetadataError { what: "version", text: text.to_owned() }),
            Ok(number) => Ok(Self(number)),
            Err(_) if text == "undefined" => Ok(Self::UNDEFINED),
            Err(_) => Err(ParseMetadataError { what: "version", text: text.to_owned() }),
        }
    }
}

/// A version or a phase that has no such text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} {text:?}")]
pub struct ParseMetadataError {
    what: &'static str,
    text: String,
}

/// Namespace and kind: the collection that a resource belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) kind: Text,
    pub(crate) namespace: Text,
}

/// Where a resource is, and whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) place: Place,
    pub(crate) owner: Text,
}

/// What most resources of one owner in one collection have in common. They share it; one with labels or the like has its
/// own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Common {
    pub(crate) origin: Arc<Origin>,
    extra: Extra,
}

/// What most resources lack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Extra {
    phase: Phase,
    finalizers: Vec<Text>,
    labels: Labels,
    annotations: Labels,
}

impl Extra {
    fn is_empty(&self) -> bool {
        let Self { phase, finalizers, labels, annotations } = self;
        *phase == Phase::Running
            && finalizers.is_empty()
            && labels.is_empty()
            && annotations.is_empty()
    }
}

thread_local! {
    /// What the last new resource of this thread was made with: whoever makes many makes them of one kind.
    static LAST: RefCell<Option<Arc<Common>>> = const { RefCell::new(None) };
}

impl Common {
    /// Of resources of `owner` at `place` that have nothing of their own.
    pub(crate) fn new(place: Place, owner: Text) -> Arc<Self> {
        Arc::new(Self { origin: Arc::new(Origin { place, owner }), extra: Extra::default() })
    }

    /// Of resources that nobody owns yet.
    fn unowned(namespace: Text, kind: Text) -> Arc<Self> {
        let origin = Origin { place: Place { kind, namespace }, owner: Text::EMPTY };
        // A thread that is about to end remembers nothing.
        let last = LAST.try_with(|last| last.borrow().clone()).unwrap_or_default();
        last.filter(|last| *last.origin == origin).unwrap_or_else(|| {
            let new = Self::new(origin.place, origin.owner);
            drop(LAST.try_with(|last| last.replace(Some(Arc::clone(&new)))));
            new
        })
    }
}

/// What the store knows about a resource beside its spec.
#[derive(Clone, PartialEq, Eq)]
pub struct Metadata {
    common: Arc<Common>,
    id: Id,
    version: Version,
    created: Timestamp,
    updated: Timestamp,
}

impl Metadata {
    /// The metadata of a resource that is not stored yet.
    #[must_use]
    pub fn new(namespace: impl Into<Text>, kind: impl Into<Text>, id: impl Into<Id>) -> Self {
        Self {
            common: Common::unowned(namespace.into(), kind.into()),
            id: id.into(),
            version: Version::UNDEFINED,
            created: Timestamp::default(),
            updated: Timestamp::default(),
        }
    }

    /// The namespace.
    #[must_use]
    pub fn namespace(&self) -> &Text {
        &self.common.origin.place.namespace
    }

    /// The resource type, such as `AddressStatuses.net.talos.dev`.
    #[must_use]
    pub fn kind(&self) -> &Text {
        &self.common.origin.place.kind
    }

    /// The name within namespace and kind.
    #[must_use]
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// The controller that may change the resource; empty for those that anybody may change.
    #[must_use]
    pub fn owner(&self) -> &Text {
        &self.common.origin.owner
    }

    /// How often the resource was written.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// When the resource was created.
    #[must_use]
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// When the resource was last written; the time of creation at version 1.
    #[must_use]
    pub fn updated(&self) -> Timestamp {
        self.updated
    }

    /// Where the resource is in its life.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.extra().phase
    }

    /// Whether the owner wants the resource gone.
    #[must_use]
    pub fn is_tearing_down(&self) -> bool {
        self.phase() == Phase::TearingDown
    }

    /// Who must let go before the resource can be destroyed, in the order in which they took hold.
    #[must_use]
    pub fn finalizers(&self) -> &[Text] {
        &self.extra().finalizers
    }

    /// Whether `name` holds a finalizer.
    #[must_use]
    pub fn has_finalizer(&self, name: &str) -> bool {
        self.finalizers().iter().any(|other| other == name)
    }

    /// Whether the resource is being torn down and nobody holds it any more.
    #[must_use]
    pub fn is_destroy_ready(&self) -> bool {
        self.is_tearing_down() && self.finalizers().is_empty()
    }

    /// The labels, which selectors look at.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.extra().labels
    }

    /// The annotations, which nothing in the store looks at.
    #[must_use]
    pub fn annotations(&self) -> &Labels {
        &self.extra().annotations
    }

    /// The labels, to be changed.
    pub fn labels_mut(&mut self) -> &mut Labels {
        &mut self.extra_mut().labels
    }

    /// The annotations, to be changed.
    pub fn annotations_mut(&mut self) -> &mut Labels {
        &mut self.extra_mut().annotations
    }

    /// Moves the resource to `phase`.
    pub fn set_phase(&mut self, phase: Phase) {
        if phase != self.phase() {
            self.extra_mut().phase = phase;
        }
    }

    /// Adds the finalizer `name`; tells whether it was absent.
    pub fn add_finalizer(&mut self, name: impl Into<Text>) -> bool {
        let name = name.into();
        let absent = !self.has_finalizer(&name);
        if absent {
            self.extra_mut().finalizers.push(name);
        }
        absent
    }

    /// Removes the finalizer `name`; tells whether it was there.
    pub fn remove_finalizer(&mut self, name: &str) -> bool {
        let present = self.has_finalizer(name);
        if present {
            self.extra_mut().finalizers.retain(|other| other != name);
        }
        present
    }

    pub(crate) fn place(&self) -> &Place {
        &self.common.origin.place
    }

    /// Makes the resource one of that place and owner, and share what it has in common with others.
    pub(crate) fn share(&mut self, common: Arc<Common>) {
        if self.extra().is_empty() {
            self.common = common;
        } else if !Arc::ptr_eq(&self.common.origin, &common.origin) {
            Arc::make_mut(&mut self.common).origin = Arc::clone(&common.origin);
        }
    }

    pub(crate) fn set_owner(&mut self, owner: Text) {
        if *self.owner() != owner {
            let place = self.place().clone();
            Arc::make_mut(&mut self.common).origin = Arc::new(Origin { place, owner });
        }
    }

    pub(crate) fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    pub(crate) fn set_times(&mut self, created: Timestamp, updated: Timestamp) {
        self.created = created;
        self.updated = updated;
    }

    /// Bytes of memory that the metadata holds beside its own size, roughly.
    pub(crate) fn weight(&self) -> usize {
        let text = |text: &Text| size_of::<Text>() + text.len();
        let labels = |labels: &Labels| labels.iter().map(|(k, v)| text(k) + text(v)).sum::<usize>();
        let extra = self.extra();
        if extra.is_empty() {
            return 0;
        }
        let finalizers: usize = extra.finalizers.iter().map(text).sum();
        size_of::<Common>() + finalizers + labels(&extra.labels) + labels(&extra.annotations)
    }

    fn extra(&self) -> &Extra {
        &self.common.extra
    }

    /// Of this resource alone from now on.
    fn extra_mut(&mut self) -> &mut Extra {
        &mut Arc::make_mut(&mut self.common).extra
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}@{}", self.version)?;
        if !self.owner().is_empty() {
            write!(f, " of {}", self.owner())?;
        }
        if !self.extra().is_empty() {
            write!(f, " {:?}", self.extra())?;
        }
        Ok(())
    }
}

/// Namespace, kind and id, as `network/AddressSpecs.net.talos.dev/eth0`.
impl fmt::Display for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.namespace(), self.kind(), self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_phases_read_back() {
        for version in [Version::UNDEFINED, Version(1), Version(u64::MAX)] {
            assert_eq!(version.to_string().parse(), Ok(version));
        }
        for phase in [Phase::Running, Phase::TearingDown] {
            assert_eq!(phase.to_string().parse(), Ok(phase));
        }
        for text in ["", "0", "-1", "Undefined", "1 "] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }

    #[test]
    fn finalizers_are_a_set_that_keeps_its_order() {
        let mut metadata = Metadata::new("ns", "Kind", "id");
        assert!(metadata.add_finalizer("b"));
        assert!(metadata.add_finalizer("a"));
        assert!(!metadata.add_finalizer("b"));
        assert_eq!(metadata.finalizers(), ["b", "a"]);
        assert!(metadata.remove_finalizer("b"));
        assert!(!metadata.remove_finalizer("b"));
    }

    #[test]
    fn what_one_resource_has_of_its_own_no_other_has() {
        let plain = Metadata::new("ns", "Kind", "a");
        let mut labelled = Metadata::new("ns", "Kind", "b");
        labelled.labels_mut().set("k", "v");
        assert!(plain.labels().is_empty() && Metadata::new("ns", "Kind", "c").labels().is_empty());
        let owned = Common::new(plain.place().clone(), "owner".into());
        let mut shared = plain.clone();
        shared.share(Arc::clone(&owned));
        labelled.share(Arc::clone(&owned));
        assert!(Arc::ptr_eq(&shared.common, &owned) && plain.owner().is_empty());
        assert_eq!((labelled.owner().as_str(), labelled.labels().len()), ("owner", 1));
        labelled.labels_mut().remove("k");
        labelled.share(Arc::clone(&owned));
        assert!(Arc::ptr_eq(&labelled.common, &owned), "nothing of its own is left");
    }

    #[test]
    fn is_small() {
        assert_eq!(size_of::<Metadata>(), 56);
    }
}
