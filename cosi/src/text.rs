//! Short immutable text: ids, namespaces, owners, labels.
//!
//! Most names in a store are shorter than 23 bytes; those live inside the value, so that a resource is one allocation.
//! Longer ones are shared, so that a clone never copies.

use std::{
    array::from_fn,
    borrow::Borrow,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    ops::Deref,
    sync::Arc,
};

/// Bytes that fit beside the tag and the length in 24 bytes, the size of a `String`.
const INLINE: usize = 22;

/// The name of a resource within its namespace and kind.
pub type Id = Text;

/// An immutable string that is cheap to clone, and free to store while short.
///
/// It reads as a `&str`, and orders and hashes as one.
#[derive(Clone)]
pub struct Text(Repr);

#[derive(Clone)]
enum Repr {
    /// # Invariants
    /// The first `len` bytes are UTF-8, the others zero.
    Inline {
        len: u8,
        bytes: [u8; INLINE],
    },
    Shared(Arc<str>),
    Fixed(&'static str),
}

impl Text {
    /// The empty text.
    pub const EMPTY: Self = Self(Repr::Inline { len: 0, bytes: [0; INLINE] });

    /// A text of the program itself, which takes no memory of its own.
    #[must_use]
    pub const fn fixed(text: &'static str) -> Self {
        Self(Repr::Fixed(text))
    }

    /// The text as a string slice.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Inline { .. } => str::from_utf8(self.as_bytes()).unwrap_or_default(),
            Repr::Shared(text) => text,
            Repr::Fixed(text) => text,
        }
    }

    /// Bytes of the text.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Repr::Inline { len, .. } => usize::from(*len),
            Repr::Shared(text) => text.len(),
            Repr::Fixed(text) => text.len(),
        }
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The order of two texts of which one is not stored inline.
    #[inline(never)]
    fn compare(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }

    /// The text as bytes. Comparing them orders as comparing characters does, and spares the check of `as_str`.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { len, bytes } => &bytes[..usize::from(*len)],
            Repr::Shared(text) => text.as_bytes(),
            Repr::Fixed(text) => text.as_bytes(),
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        match u8::try_from(text.len()) {
            Ok(len) if text.len() <= INLINE => {
                let mut bytes = [0; INLINE];
                bytes[..text.len()].copy_from_slice(text.as_bytes());
                Self(Repr::Inline { len, bytes })
            }
            _ => Self(Repr::Shared(text.into())),
        }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&Self> for Text {
    fn from(text: &Self) -> Self {
        text.clone()
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.as_str().to_owned()
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

/// The eight bytes from `AT` on as a number: it orders as they do, and spares the call that compares slices.
#[inline]
fn number<const AT: usize>(bytes: &[u8; INLINE]) -> u64 {
    u64::from_be_bytes(from_fn(|at| bytes[AT + at]))
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            // The zeros behind a text order it before its continuations.
            (Repr::Inline { len: a, bytes: x }, Repr::Inline { len: b, bytes: y }) => {
                number::<0>(x)
                    .cmp(&number::<0>(y))
                    .then_with(|| number::<8>(x).cmp(&number::<8>(y)))
                    .then_with(|| number::<{ INLINE - 8 }>(x).cmp(&number::<{ INLINE - 8 }>(y)))
                    .then(a.cmp(b))
            }
            _ => self.compare(other),
        }
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_at_every_length() {
        for len in 0..64 {
            let text = "é".repeat(len) + &"x".repeat(len % 2);
            assert_eq!(Text::from(&text).as_str(), text);
            let fixed: &'static str = text.clone().leak();
            assert_eq!(Text::fixed(fixed), Text::from(&text));
        }
    }

    #[test]
    fn orders_as_strings_do() {
        let mut words =
            ["b", "a", "", "a long name that is not stored inline", "á", "ab", "a\0", "a\0b", "\0"];
        let mut texts = words.map(Text::from);
        words.sort_unstable();
        texts.sort_unstable();
        assert_eq!(texts.map(String::from), words);
    }

    #[test]
    fn is_no_larger_than_a_string() {
        assert_eq!(size_of::<Text>(), size_of::<String>());
    }
}
