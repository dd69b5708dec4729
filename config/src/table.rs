//! What every field is, as data: made by the `section!` macro from the one place where a field is
//! written down.
//!
//! Reading, writing, redaction, defaults, the schema, the rules of patches, warnings about what has
//! no effect and the reference pages all come from here. A [`Row`] says what belongs to a place (its
//! default, who applies it); a [`Scalar`] says what belongs to a kind of value (its pattern, whether
//! it is secret).

use crate::v1alpha1;

/// A section: a mapping with known keys.
#[derive(Debug)]
pub struct Table {
    /// Its name in the contract's schema, as `v1alpha1.KubeletConfig`; empty if the schema has none,
    /// or writes it where it is used.
    pub definition: &'static str,
    /// What it is, one item per line.
    pub doc: &'static [&'static str],
    /// Its fields in the order in which they are written.
    pub rows: &'static [Row],
}

impl Table {
    /// All fields, those of embedded sections where they are embedded.
    pub fn fields(&self) -> impl Iterator<Item = &'static Row> + use<> {
        let (rows, _) = (self.rows, self.definition);
        rows.iter().flat_map(|row| match row.shape {
            Shape::Section(inner) if row.key.is_empty() => inner.rows,
            _ => std::slice::from_ref(row),
        })
    }

    /// The field with a key.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&'static Row> {
        self.fields().find(|row| row.key == key)
    }
}

/// A field of a section.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
pub struct Row {
    /// Its key; empty for a section whose fields stand among those of the section around it.
    pub key: &'static str,
    /// What it means, one item per line.
    pub doc: &'static [&'static str],
    /// What it takes.
    pub shape: Shape,
    /// YAML of the value that is used where none is given; empty if there is none, and then nothing
    /// is done.
    pub default: &'static str,
    /// YAML of a value for the reference page; empty if the name says enough.
    pub example: &'static str,
    /// Controllers that apply it, in alphabetical order. A section without any leaves it to its fields;
    /// one with some is applied as a whole.
    pub applied: &'static [&'static str],
    /// Whether nothing below has an effect at this place, whatever the section says of itself.
    pub idle: bool,
    /// Whether it asks for nothing, but says what the document is.
    pub inert: bool,
    /// What a strategic patch does with it.
    pub merge: Merge,
    /// Whether it is deprecated: accepted, but not part of the published schema.
    pub hidden: bool,
    /// Whether the schema insists on it.
    pub required: bool,
    /// JSON of its schema, where the contract's differs from what the shape says.
    pub schema: &'static str,
}

impl Row {
    /// A field of which nothing is said but what it is.
    pub(crate) const fn plain(
        key: &'static str,
        doc: &'static [&'static str],
        shape: Shape,
    ) -> Self {
        Self {
            key,
            doc,
            shape,
            default: "",
            example: "",
            applied: &[],
            idle: false,
            inert: false,
            merge: Merge::Default,
            hidden: false,
            required: false,
            schema: "",
        }
    }

    /// Controllers that apply the field or something below it.
    #[must_use]
    pub fn appliers(&self) -> Vec<&'static str> {
        let mut all = self.applied.to_vec();
        if let (false, Some(table)) = (self.idle, self.shape.table()) {
            all.extend(table.rows.iter().flat_map(Self::appliers));
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// What a strategic patch does with a field that both sides have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// By shape: scalars are replaced, lists appended, mappings merged key by key.
    Default,
    /// The new value takes the old one's place.
    Replace,
    /// Items of a list that agree in one of these keys are merged, others appended.
    By(&'static [&'static str]),
    /// Items of a list that agree in this key are replaced, others appended.
    ReplaceBy(&'static str),
}

/// What a field takes.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// One value.
    Scalar(&'static Scalar),
    /// A list.
    List(&'static Shape),
    /// A mapping with keys that the operator chooses.
    Map(&'static Shape),
    /// A mapping with known keys.
    Section(&'static Table),
    /// A mapping that is not ours.
    Free,
    /// A text or a list of texts.
    Argument,
}

impl Shape {
    /// The section that it is, or that its items are.
    #[must_use]
    pub fn table(&self) -> Option<&'static Table> {
        match self {
            Self::Section(table) => Some(table),
            Self::List(item) | Self::Map(item) => item.table(),
            Self::Scalar(_) | Self::Free | Self::Argument => None,
        }
    }

    /// Whether it is a secret or has one in it.
    #[must_use]
    pub fn holds_secret(&self) -> bool {
        match self {
            Self::Scalar(scalar) => scalar.secret,
            Self::List(item) | Self::Map(item) => item.holds_secret(),
            Self::Section(table) => table.rows.iter().any(|row| row.shape.holds_secret()),
            Self::Free | Self::Argument => false,
        }
    }

    /// The kind of value that it is, or that its items are.
    #[must_use]
    pub fn scalar(&self) -> Option<&'static Scalar> {
        match self {
            Self::Scalar(scalar) => Some(scalar),
            Self::List(item) | Self::Map(item) => item.scalar(),
            Self::Section(_) | Self::Free | Self::Argument => None,
        }
    }
}

/// A kind of value.
#[derive(Debug)]
pub struct Scalar {
    /// What it is called on the reference pages, as `duration`.
    pub name: &'static str,
    /// How the schema sees it.
    pub json: Json,
    /// The schema's pattern; empty without one.
    pub pattern: &'static str,
    /// The words, if it is one of a few.
    pub words: &'static [&'static str],
    /// Smallest and largest whole number.
    pub range: Option<(i128, i128)>,
    /// Whether it is shown to nobody.
    pub secret: bool,
    /// YAML of one value, as it is written.
    pub sample: &'static str,
}

impl Scalar {
    /// A kind of text.
    pub(crate) const fn text(name: &'static str, sample: &'static str) -> Self {
        Self {
            name,
            json: Json::String,
            pattern: "",
            words: &[],
            range: None,
            secret: false,
            sample,
        }
    }
}

/// How JSON writes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Json {
    /// As text.
    String,
    /// As a whole number.
    Integer,
    /// As `true` or `false`.
    Boolean,
}

/// A kind of document.
#[derive(Debug)]
pub struct Kind {
    /// Its word behind `kind:`; empty for the root document.
    pub kind: &'static str,
    /// Whether it has a name, so that there can be several.
    pub named: bool,
    /// Its fields, without `apiVersion` and `kind`.
    pub table: &'static Table,
}

impl Kind {
    /// A kind; it has names if there is a field for them.
    pub(crate) const fn new(kind: &'static str, table: &'static Table) -> Self {
        // Names come first.
        let named = matches!(table.rows, [first, ..] if matches!(first.key.as_bytes(), b"name"));
        Self { kind, named, table }
    }

    /// Whether anything of it has an effect in this version.
    #[must_use]
    pub fn is_applied(&self) -> bool {
        self.table.rows.iter().any(|row| !row.appliers().is_empty())
    }
}

/// Every kind of document, the root document first, then in alphabetical order.
#[must_use]
pub fn kinds() -> &'static [Kind] {
    v1alpha1::Document::KINDS
}

/// The kind with a word; the root's is empty.
#[must_use]
pub fn kind(word: &str) -> Option<&'static Kind> {
    kinds().iter().find(|kind| kind.kind == word)
}
