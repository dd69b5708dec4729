//! Resources: typed for those who know the type, erased for the store and the wire.
//!
//! Both are handles to one shared allocation, so reading from a store copies nothing.
//! Changing goes through [`Resource::edit`], which copies only what somebody else still holds.

use std::{any::Any, fmt, ops::Deref, sync::Arc};

use crate::{
    metadata::Metadata,
    spec::{DecodeError, Opaque, Payload, Spec, Tombstone},
    text::{Id, Text},
};

/// Metadata and spec, as a resource holds them.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored<P> {
    /// What the store knows about the resource.
    pub metadata: Metadata,
    /// The value it carries.
    pub spec: P,
}

/// A resource of a known type: reads as its [`Stored`] metadata and spec.
pub struct Resource<T>(Arc<Stored<T>>);

impl<T: Spec> Resource<T> {
    /// A resource that is not stored yet.
    #[must_use]
    pub fn new(namespace: impl Into<Text>, id: impl Into<Id>, spec: T) -> Self {
        let mut metadata = Metadata::new(namespace, Text::fixed(T::TYPE), id);
        for (key, value) in T::annotations() {
            metadata.annotations_mut().set(*key, *value);
        }
        Self(Arc::new(Stored { metadata, spec }))
    }

    /// The resource with a label more.
    #[must_use]
    pub fn label(mut self, key: impl Into<Text>, value: impl Into<Text>) -> Self {
        self.edit().metadata.labels_mut().set(key, value);
        self
    }

    /// The resource with an annotation more.
    #[must_use]
    pub fn annotation(mut self, key: impl Into<Text>, value: impl Into<Text>) -> Self {
        self.edit().metadata.annotations_mut().set(key, value);
        self
    }

    /// The resource to be changed; a copy first if somebody else holds it too.
    pub fn edit(&mut self) -> &mut Stored<T> {
        Arc::make_mut(&mut self.0)
    }

    /// The spec alone.
    #[must_use]
    pub fn into_spec(self) -> T {
        Arc::try_unwrap(self.0).map_or_else(|shared| shared.spec.clone(), |own| own.spec)
    }

    /// The name within namespace and kind.
    #[must_use]
    pub fn id(&self) -> &Id {
        self.0.metadata.id()
    }
}

impl<T> Deref for Resource<T> {
    type Target = Stored<T>;

    fn deref(&self) -> &Stored<T> {
        &self.0
    }
}

impl<T> Clone for Resource<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: PartialEq> PartialEq for Resource<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: fmt::Debug> fmt::Debug for Resource<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.0.metadata, self.0.spec)
    }
}

impl<T: Spec> From<Resource<T>> for Object {
    fn from(resource: Resource<T>) -> Self {
        Self(resource.0)
    }
}

/// A resource of any type.
#[derive(Clone)]
pub struct Object(Arc<dyn Erased>);

impl Object {
    /// A resource that is not stored yet.
    #[must_use]
    pub fn new<T: Spec>(namespace: impl Into<Text>, id: impl Into<Id>, spec: T) -> Self {
        Resource::new(namespace, id, spec).into()
    }

    /// A resource whose type this process does not know.
    #[must_use]
    pub fn opaque(metadata: Metadata, spec: Opaque) -> Self {
        Self::of(metadata, spec)
    }

    /// The last word about a resource that is not there: metadata, no spec.
    #[must_use]
    pub fn tombstone(metadata: Metadata) -> Self {
        Self::of(metadata, Tombstone)
    }

    pub(crate) fn of<P: Payload>(metadata: Metadata, spec: P) -> Self {
        Self(Arc::new(Stored { metadata, spec }))
    }

    /// What the store knows about the resource.
    #[must_use]
    #[inline]
    pub fn metadata(&self) -> &Metadata {
        self.0.metadata()
    }

    /// The name within namespace and kind.
    #[must_use]
    #[inline]
    pub fn id(&self) -> &Id {
        self.metadata().id()
    }

    /// The metadata to be changed; the resource is copied first if somebody else holds it too.
    pub fn edit(&mut self) -> &mut Metadata {
        if Arc::get_mut(&mut self.0).is_none() {
            self.0 = self.0.duplicate();
        }
        // The copy is ours alone, so this second look cannot fail.
        match Arc::get_mut(&mut self.0) {
            Some(own) => own.metadata_mut(),
            None => unreachable!("a fresh copy is not shared"),
        }
    }

    /// The resource as one of type `T`; an opaque one is decoded.
    ///
    /// # Errors
    /// The resource is of another type, has no spec, or the spec does not decode.
    pub fn downcast<T: Spec>(&self) -> Result<Resource<T>, DecodeError> {
        self.clone().into_typed().map_err(|(_, error)| error)
    }

    /// As [`Object::downcast`]; what it cannot be made of is given back.
    pub(crate) fn into_typed<T: Spec>(self) -> Result<Resource<T>, (Self, DecodeError)> {
        if !self.is::<T>() {
            return match self.decoded() {
                Ok(resource) => Ok(resource),
                Err(error) => Err((self, error)),
            };
        }
        let any: Arc<dyn Any + Send + Sync> = self.0;
        match any.downcast() {
            Ok(stored) => Ok(Resource(stored)),
            Err(_) => unreachable!("its type was looked at"),
        }
    }

    /// The resource as one of type `T`, if it is an opaque one of that type.
    fn decoded<T: Spec>(&self) -> Result<Resource<T>, DecodeError> {
        let any: &dyn Any = &*self.0;
        match any.downcast_ref::<Stored<Opaque>>() {
            Some(opaque) if opaque.metadata.kind() == T::TYPE => {
                let spec = T::from_proto(&opaque.spec.proto)?;
                Ok(Resource(Arc::new(Stored { metadata: opaque.metadata.clone(), spec })))
            }
            _ => Err(DecodeError::Type {
                expected: T::TYPE,
                found: self.metadata().kind().to_string(),
            }),
        }
    }

    /// The same resource with its spec decoded, if it is an opaque one of type `T`.
    pub(crate) fn decode<T: Spec>(self) -> Result<Self, DecodeError> {
        if self.is_opaque() { self.downcast::<T>().map(Self::from) } else { Ok(self) }
    }

    /// Bytes of memory that the resource takes by itself, roughly.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.0.weight()
    }

    /// Whether the resource has no spec.
    #[must_use]
    pub fn is_tombstone(&self) -> bool {
        self.is::<Tombstone>()
    }

    /// Whether the resource's type is not known to this process.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        self.is::<Opaque>()
    }

    /// The spec as a protobuf message; `None` for a tombstone.
    #[must_use]
    pub fn to_proto(&self) -> Option<Vec<u8>> {
        (!self.is_tombstone()).then(|| self.0.proto())
    }

    /// The spec as a YAML document; `None` for a tombstone.
    #[must_use]
    pub fn to_yaml(&self) -> Option<String> {
        (!self.is_tombstone()).then(|| self.0.yaml())
    }

    /// Whether both carry the same spec, whatever their metadata.
    #[must_use]
    pub fn same_spec(&self, other: &Self) -> bool {
        self.0.same_spec(&*other.0)
    }

    fn is<P: Payload>(&self) -> bool {
        let any: &dyn Any = &*self.0;
        any.is::<Stored<P>>()
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.metadata() == other.metadata() && self.same_spec(other)
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.metadata(), self.0.debug())
    }
}

/// A [`Stored`] of any payload.
trait Erased: Any + Send + Sync {
    fn metadata(&self) -> &Metadata;
    fn metadata_mut(&mut self) -> &mut Metadata;
    fn duplicate(&self) -> Arc<dyn Erased>;
    fn weight(&self) -> usize;
    fn same_spec(&self, other: &dyn Erased) -> bool;
    fn proto(&self) -> Vec<u8>;
    fn yaml(&self) -> String;
    fn debug(&self) -> &dyn fmt::Debug;
}

impl<P: Payload> Erased for Stored<P> {
    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut Metadata {
        &mut self.metadata
    }

    fn duplicate(&self) -> Arc<dyn Erased> {
        Arc::new(self.clone())
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.metadata.weight() + self.spec.weight()
    }

    fn same_spec(&self, other: &dyn Erased) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref::<Self>().is_some_and(|other| self.spec == other.spec)
    }

    fn proto(&self) -> Vec<u8> {
        self.spec.proto()
    }

    fn yaml(&self) -> String {
        self.spec.yaml()
    }

    fn debug(&self) -> &dyn fmt::Debug {
        &self.spec
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Note;

    #[test]
    fn a_typed_resource_survives_erasure() {
        let note = Resource::new("ns", "id", Note::new("a", "b")).label("k", "v");
        let object = Object::from(note.clone());
        assert_eq!(object.downcast::<Note>().unwrap(), note);
        assert_eq!(object.downcast::<Note>().unwrap().spec, note.spec);
    }

    #[test]
    fn an_opaque_resource_is_decoded_when_asked_for_by_type() {
        let note = Note::new("a", "b");
        let opaque = Opaque { proto: note.to_proto(), yaml: note.to_yaml() };
        let object = Object::opaque(Metadata::new("ns", Note::TYPE, "id"), opaque.clone());
        assert_eq!(object.downcast::<Note>().unwrap().spec, note);
        let stranger = Object::opaque(Metadata::new("ns", "Others", "id"), opaque);
        assert!(matches!(stranger.downcast::<Note>(), Err(DecodeError::Type { .. })));
    }

    #[test]
    fn editing_leaves_other_holders_alone() {
        let mut object = Object::new("ns", "id", Note::new("a", "b"));
        let before = object.clone();
        object.edit().labels_mut().set("k", "v");
        assert!(before.metadata().labels().is_empty());
        assert!(before.same_spec(&object) && before != object);
    }
}
