//! What an expression can give.

use std::fmt;

/// A type of the language.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// True or false.
    Bool,
    /// A whole number with a sign.
    Int,
    /// A whole number without, written with a `u`.
    Uint,
    /// A number with a fraction.
    Double,
    /// A text.
    Text,
    /// Bytes.
    Bytes,
    /// Nothing.
    Null,
    /// A length of time.
    Duration,
    /// A point in time.
    Timestamp,
    /// A type.
    Type,
    /// Anything: known only when it is evaluated.
    Any,
    /// A list.
    List(Box<Kind>),
    /// A map.
    Map(Box<Kind>, Box<Kind>),
    /// Something or nothing.
    Optional(Box<Kind>),
    /// A thing with fields.
    Object(&'static Object),
}

/// A thing with fields.
#[derive(Debug)]
pub(crate) struct Object {
    /// What it is called in messages.
    pub(crate) name: &'static str,
    /// Its fields.
    pub(crate) fields: &'static [(&'static str, Plain)],
}

/// A type that can stand in a table.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Plain {
    Bool,
    Int,
    Uint,
    Double,
    Text,
    Bytes,
    Duration,
    Texts,
    /// A number for each class of processes.
    PerClass,
    MaybeUint,
    Object(&'static Object),
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl From<Plain> for Kind {
    fn from(plain: Plain) -> Self {
        match plain {
            Plain::Bool => Self::Bool,
            Plain::Int => Self::Int,
            Plain::Uint => Self::Uint,
            Plain::Double => Self::Double,
            Plain::Text => Self::Text,
            Plain::Bytes => Self::Bytes,
            Plain::Duration => Self::Duration,
            Plain::Texts => Self::List(Box::new(Self::Text)),
            Plain::PerClass => Self::Map(Box::new(Self::Int), Box::new(Self::Double)),
            Plain::MaybeUint => Self::Optional(Box::new(Self::Uint)),
            Plain::Object(object) => Self::Object(object),
        }
    }
}

impl Kind {
    /// Whether a value of this kind can stand where another is wanted; what may be anything can.
    pub(crate) fn fits(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::List(one), Self::List(other)) | (Self::Optional(one), Self::Optional(other)) => {
                one.fits(other)
            }
            (Self::Map(key, value), Self::Map(other_key, other_value)) => {
                key.fits(other_key) && value.fits(other_value)
            }
            // Only what is stored by reference can be nothing.
            (Self::Null, Self::Object(_) | Self::Duration | Self::Timestamp)
            | (Self::Object(_) | Self::Duration | Self::Timestamp, Self::Null) => true,
            (one, other) => one == other,
        }
    }

    /// What a value is that is either of one kind or of another.
    pub(crate) fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::List(one), Self::List(other)) => Self::List(Box::new(one.join(*other))),
            (one, other) if one == other => one,
            _ => Self::Any,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Uint => f.write_str("uint"),
            Self::Double => f.write_str("double"),
            Self::Text => f.write_str("string"),
            Self::Bytes => f.write_str("bytes"),
            Self::Null => f.write_str("null"),
            Self::Duration => f.write_str("duration"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Type => f.write_str("type"),
            Self::Any => f.write_str("dyn"),
            Self::List(item) => write!(f, "list({item})"),
            Self::Map(key, value) => write!(f, "map({key}, {value})"),
            Self::Optional(value) => write!(f, "optional({value})"),
            Self::Object(object) => f.write_str(object.name),
        }
    }
}
