//! The byte form of the local protocols: a cursor that writes and reads bounded fields.
//!
//! It is not a general format. Both ends are built from one commit, so there is no versioning, no
//! optional field and no skipping: what is not understood is an error.

use thiserror::Error;

/// Why bytes from the other end of a local socket were refused.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum CodecError {
    /// The message ended inside a field.
    #[error("message ends inside {0}")]
    Short(&'static str),
    /// A length or a count is over its limit.
    #[error("{field} has {got} items, the limit is {limit}")]
    TooLong {
        /// The field.
        field: &'static str,
        /// What the message says.
        got: usize,
        /// What is allowed.
        limit: usize,
    },
    /// A tag that this build does not know.
    #[error("{field} has unknown tag {tag}")]
    Tag {
        /// The field.
        field: &'static str,
        /// The tag found.
        tag: u32,
    },
    /// Text that is not UTF-8.
    #[error("{0} is not UTF-8")]
    Utf8(&'static str),
    /// Bytes after the last field.
    #[error("{0} bytes after the last field")]
    Trailing(usize),
}

/// Writes fields one after the other.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// An empty message.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The finished message.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0
    }

    /// Four bytes, little-endian.
    pub fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// Eight bytes, little-endian.
    pub fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// A length and that many bytes of text. Text of over 4 GiB is cut, which the reader's limits
    /// refuse long before.
    pub fn text(&mut self, value: &str) {
        self.u32(u32::try_from(value.len()).unwrap_or(u32::MAX));
        self.0.extend_from_slice(value.as_bytes());
    }

    /// A count and that many items.
    pub fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.u32(u32::try_from(items.len()).unwrap_or(u32::MAX));
        for item in items {
            write(self, item);
        }
    }

    /// A presence tag and, if present, the value.
    pub fn option<T>(&mut self, value: Option<&T>, write: impl FnOnce(&mut Self, &T)) {
        self.u32(u32::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }
}

/// Reads fields in the order in which they were written.
#[derive(Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Starts at the beginning of a message.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Checks that the message ends here.
    pub fn end(self) -> Result<(), CodecError> {
        if self.0.is_empty() { Ok(()) } else { Err(CodecError::Trailing(self.0.len())) }
    }

    fn take(&mut self, count: usize, field: &'static str) -> Result<&'a [u8], CodecError> {
        let (head, tail) = self.0.split_at_checked(count).ok_or(CodecError::Short(field))?;
        self.0 = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], CodecError> {
        let (head, tail) = self.0.split_first_chunk::<N>().ok_or(CodecError::Short(field))?;
        self.0 = tail;
        Ok(*head)
    }

    /// Four bytes, little-endian.
    pub fn u32(&mut self, field: &'static str) -> Result<u32, CodecError> {
        Ok(u32::from_le_bytes(self.array(field)?))
    }

    /// Eight bytes, little-endian.
    pub fn u64(&mut self, field: &'static str) -> Result<u64, CodecError> {
        Ok(u64::from_le_bytes(self.array(field)?))
    }

    /// A count that must not be over `limit`.
    pub fn count(&mut self, field: &'static str, limit: usize) -> Result<usize, CodecError> {
        let got = usize::try_from(self.u32(field)?).unwrap_or(usize::MAX);
        if got > limit { Err(CodecError::TooLong { field, got, limit }) } else { Ok(got) }
    }

    /// Text of at most `limit` bytes.
    pub fn text(&mut self, field: &'static str, limit: usize) -> Result<String, CodecError> {
        let length = self.count(field, limit)?;
        let bytes = self.take(length, field)?;
        str::from_utf8(bytes).map(str::to_owned).map_err(|_utf8| CodecError::Utf8(field))
    }

    /// A list of at most `limit` items.
    pub fn list<T>(
        &mut self,
        field: &'static str,
        limit: usize,
        mut read: impl FnMut(&mut Self) -> Result<T, CodecError>,
    ) -> Result<Vec<T>, CodecError> {
        let count = self.count(field, limit)?;
        (0..count).map(|_| read(self)).collect()
    }

    /// A value that may be absent.
    pub fn option<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, CodecError>,
    ) -> Result<Option<T>, CodecError> {
        match self.u32(field)? {
            0 => Ok(None),
            1 => read(self).map(Some),
            tag => Err(CodecError::Tag { field, tag }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_back_in_order() {
        let mut writer = Writer::new();
        writer.u32(7);
        writer.text("eth0");
        writer.list(&[1_u64, 2], |w, v| w.u64(*v));
        writer.option(None::<&u64>, |w, v| w.u64(*v));
        let bytes = writer.finish();

        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.u32("a"), Ok(7));
        assert_eq!(reader.text("b", 8), Ok("eth0".to_owned()));
        assert_eq!(reader.list("c", 2, |r| r.u64("c")), Ok(vec![1, 2]));
        assert_eq!(reader.option("d", |r| r.u64("d")), Ok(None));
        assert_eq!(reader.end(), Ok(()));
    }

    #[test]
    fn limits_and_ends_are_checked() {
        let mut writer = Writer::new();
        writer.text("too long");
        let bytes = writer.finish();
        let over = CodecError::TooLong { field: "a", got: 8, limit: 4 };
        assert_eq!(Reader::new(&bytes).text("a", 4), Err(over));
        assert_eq!(Reader::new(&bytes[..6]).text("a", 8), Err(CodecError::Short("a")));
        assert_eq!(Reader::new(&bytes).end(), Err(CodecError::Trailing(12)));
    }
}
