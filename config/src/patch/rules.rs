//! Where in a document something stands, and so what a strategic patch does there.

use crate::table::{Json, Merge, Shape, kind};

/// A place in a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    /// What it takes; none where documents have no such place.
    shape: Option<Shape>,
    merge: Merge,
}

impl At {
    /// The top of a document of a kind; the root's is empty.
    pub(super) fn top(word: &str) -> Self {
        let shape = kind(word).map(|kind| Shape::Section(kind.table));
        Self { shape, merge: Merge::Default }
    }

    /// The value below a key.
    pub(super) fn key(self, key: &str) -> Self {
        let (shape, merge) = match self.shape {
            Some(Shape::Section(table)) => match table.field(key) {
                Some(row) => (Some(row.shape), row.merge),
                None => (None, Merge::Default),
            },
            Some(Shape::Map(value)) => (Some(*value), Merge::Default),
            Some(Shape::Free) => (self.shape, Merge::Default),
            Some(Shape::Scalar(_) | Shape::List(_) | Shape::Argument) | None => {
                (None, Merge::Default)
            }
        };
        Self { shape, merge }
    }

    /// An item of the list.
    pub(super) fn item(self) -> Self {
        let shape = match self.shape {
            Some(Shape::List(item)) => Some(*item),
            Some(Shape::Free) => self.shape,
            Some(Shape::Scalar(_) | Shape::Map(_) | Shape::Section(_) | Shape::Argument) | None => {
                None
            }
        };
        Self { shape, merge: Merge::Default }
    }

    /// What is done where both sides have something.
    pub(super) fn merge(self) -> Merge {
        self.merge
    }

    /// Whether it is inside something that is not ours.
    pub(super) fn is_free(self) -> bool {
        matches!(self.shape, Some(Shape::Free))
    }

    /// Whether it takes a text or a list, each of which takes the place of the other.
    pub(super) fn is_argument(self) -> bool {
        matches!(self.shape, Some(Shape::Argument))
    }

    /// Whether it takes text, and so takes a number for text.
    pub(super) fn is_text(self) -> bool {
        matches!(self.shape, Some(Shape::Scalar(of)) if of.json == Json::String)
    }

    /// Whether it takes a length of time.
    pub(super) fn is_duration(self) -> bool {
        matches!(self.shape, Some(Shape::Scalar(of)) if of.name == "duration")
    }

    /// Whether the keys here are chosen by the operator.
    pub(super) fn is_map(self) -> bool {
        matches!(self.shape, Some(Shape::Map(_) | Shape::Free))
    }

    /// Whether a section is here that has a field of this name.
    pub(super) fn has_field(self, key: &str) -> bool {
        matches!(self.shape, Some(Shape::Section(table)) if table.field(key).is_some())
    }
}
