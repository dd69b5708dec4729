//! The protobuf form of plain structures.
//!
//! `prost`'s own derive knows no field types but its own: an enumeration would be a bare `i32`, an address a structure of
//! bytes that every reader has to check again. [`message!`] writes the same encoding for structures of real types: it
//! implements [`prost::Message`] from one line of field numbers, and refuses to compile when a field has none.

use std::collections::BTreeMap;

use prost::{
    DecodeError,
    bytes::{Buf, BufMut},
    encoding::{self, DecodeContext, WireType},
};

/// One value on the wire, such as a number, a text, or a nested message.
pub(crate) trait Value: Sized {
    /// Whether proto3 leaves the value out when it stands alone.
    fn is_zero(&self) -> bool {
        false
    }

    /// Appends number and value.
    fn put(&self, tag: u32, buf: &mut impl BufMut);

    /// Bytes that [`put`](Self::put) appends.
    fn size(&self, tag: u32) -> usize;

    /// Reads the value.
    ///
    /// # Errors
    /// The bytes are not of this kind, or hold a value that the type does not have.
    fn take(wire: WireType, buf: &mut impl Buf, cx: DecodeContext) -> Result<Self, DecodeError>;
}

/// A field of a message: a [`Value`], or none, or several.
///
/// Absent is `None` and a zero value; both take no bytes. `Some` of a zero value is written out.
/// Several numbers are written one by one, not packed; no type of ours has them yet.
pub(crate) trait Field {
    /// Whether the field takes no bytes; also what `omitempty` leaves out of the YAML.
    fn is_empty(&self) -> bool;

    /// Appends the field.
    fn put_field(&self, tag: u32, buf: &mut impl BufMut);

    /// Bytes that [`put_field`](Self::put_field) appends.
    fn field_size(&self, tag: u32) -> usize;

    /// Reads one occurrence of the field.
    ///
    /// # Errors
    /// As [`Value::take`].
    fn merge(
        &mut self,
        wire: WireType,
        buf: &mut impl Buf,
        cx: DecodeContext,
    ) -> Result<(), DecodeError>;
}

impl<T: Value> Field for T {
    fn is_empty(&self) -> bool {
        self.is_zero()
    }

    fn put_field(&self, tag: u32, buf: &mut impl BufMut) {
        if !self.is_zero() {
            self.put(tag, buf);
        }
    }

    fn field_size(&self, tag: u32) -> usize {
        if self.is_zero() { 0 } else { self.size(tag) }
    }

    fn merge(
        &mut self,
        wire: WireType,
        buf: &mut impl Buf,
        cx: DecodeContext,
    ) -> Result<(), DecodeError> {
        *self = T::take(wire, buf, cx)?;
        Ok(())
    }
}

impl<T: Value> Field for Option<T> {
    fn is_empty(&self) -> bool {
        self.is_none()
    }

    fn put_field(&self, tag: u32, buf: &mut impl BufMut) {
        if let Some(value) = self {
            value.put(tag, buf);
        }
    }

    fn field_size(&self, tag: u32) -> usize {
        self.as_ref().map_or(0, |value| value.size(tag))
    }

    fn merge(
        &mut self,
        wire: WireType,
        buf: &mut impl Buf,
        cx: DecodeContext,
    ) -> Result<(), DecodeError> {
        *self = Some(T::take(wire, buf, cx)?);
        Ok(())
    }
}

impl<T: Value> Field for Vec<T> {
    fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    fn put_field(&self, tag: u32, buf: &mut impl BufMut) {
        for value in self {
            value.put(tag, buf);
        }
    }

    fn field_size(&self, tag: u32) -> usize {
        self.iter().map(|value| value.size(tag)).sum()
    }

    fn merge(
        &mut self,
        wire: WireType,
        buf: &mut impl Buf,
        cx: DecodeContext,
    ) -> Result<(), DecodeError> {
        self.push(T::take(wire, buf, cx)?);
        Ok(())
    }
}

/// Each pair is a message of its own; a value that is the default is left out of it.
impl<T: Value + Default + PartialEq> Field for BTreeMap<String, T> {
    fn is_empty(&self) -> bool {
        Self::is_empty(self)
    }

    fn put_field(&self, tag: u32, buf: &mut impl BufMut) {
        use encoding::string::{encode, encoded_len};
        let (put, size) = (|tag, value: &T, buf: &mut _| value.put(tag, buf), size_of_value);
        encoding::btree_map::encode(encode, encoded_len, put, size, tag, self, buf);
    }

    fn field_size(&self, tag: u32) -> usize {
        use encoding::string::encoded_len;
        encoding::btree_map::encoded_len(encoded_len, size_of_value, tag, self)
    }

    fn merge(
        &mut self,
        wire: WireType,
        buf: &mut impl Buf,
        cx: DecodeContext,
    ) -> Result<(), DecodeError> {
        encoding::check_wire_type(WireType::LengthDelimited, wire)?;
        let take = |wire, value: &mut T, buf: &mut _, cx| {
            *value = T::take(wire, buf, cx)?;
            Ok(())
        };
        encoding::btree_map::merge(encoding::string::merge, take, self, buf, cx)
    }
}

/// [`Value::size`] as the function of two arguments that maps want.
fn size_of_value<T: Value>(tag: u32, value: &T) -> usize {
    value.size(tag)
}

/// The plain types that `prost` has an encoding for.
macro_rules! scalar {
    ($($ty:ty => $encoding:ident, $is_zero:expr;)*) => { $(
        impl Value for $ty {
            fn is_zero(&self) -> bool {
                $is_zero(self)
            }

            fn put(&self, tag: u32, buf: &mut impl BufMut) {
                encoding::$encoding::encode(tag, self, buf);
            }

            fn size(&self, tag: u32) -> usize {
                encoding::$encoding::encoded_len(tag, self)
            }

            fn take(
                wire: WireType,
                buf: &mut impl Buf,
                cx: DecodeContext,
            ) -> Result<Self, DecodeError> {
                let mut value = Self::default();
                encoding::$encoding::merge(wire, &mut value, buf, cx)?;
                Ok(value)
            }
        }
    )* };
}

scalar! {
    bool => bool, |value: &bool| !*value;
    i32 => int32, |value: &i32| *value == 0;
    i64 => int64, |value: &i64| *value == 0;
    u32 => uint32, |value: &u32| *value == 0;
    u64 => uint64, |value: &u64| *value == 0;
    f64 => double, |value: &f64| value.to_bits() == 0;
    String => string, String::is_empty;
}

/// Raw bytes. A `Vec<u8>` would be several small numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl Value for Bytes {
    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    fn put(&self, tag: u32, buf: &mut impl BufMut) {
        encoding::bytes::encode(tag, &self.0, buf);
    }

    fn size(&self, tag: u32) -> usize {
        encoding::bytes::encoded_len(tag, &self.0)
    }

    fn take(wire: WireType, buf: &mut impl Buf, cx: DecodeContext) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        encoding::bytes::merge(wire, &mut value.0, buf, cx)?;
        Ok(value)
    }
}

/// A message holds a value that its type does not have.
#[expect(deprecated, reason = "prost has no other way in which a field can refuse its value")]
pub(crate) fn invalid(problem: &'static str) -> DecodeError {
    DecodeError::new(problem)
}

/// Gives a type the encoding of another one: `through!(u16 as u32, to, from)`, where `to` makes the other type from a
/// reference and `from` is a fallible way back.
macro_rules! through {
    ($ty:ty as $other:ty, $to:expr, $from:expr) => {
        impl $crate::wire::Value for $ty {
            fn is_zero(&self) -> bool {
                $crate::wire::Value::is_zero(&$to(self))
            }

            fn put(&self, tag: u32, buf: &mut impl prost::bytes::BufMut) {
                $crate::wire::Value::put(&$to(self), tag, buf);
            }

            fn size(&self, tag: u32) -> usize {
                $crate::wire::Value::size(&$to(self), tag)
            }

            fn take(
                wire: prost::encoding::WireType,
                buf: &mut impl prost::bytes::Buf,
                cx: prost::encoding::DecodeContext,
            ) -> Result<Self, prost::DecodeError> {
                let value: $other = $crate::wire::Value::take(wire, buf, cx)?;
                $from(value)
            }
        }
    };
}
pub(crate) use through;

through!(u16 as u32, |value: &u16| u32::from(*value), |value| u16::try_from(value)
    .ok()
    .ok_or_else(|| invalid("number above 65535")));

/// Makes a structure the protobuf message `NAME`, given the number of each of its fields.
///
/// The message `NAME` is `talos.resource.definitions.NAME`, and lists no field that the structure lacks.
macro_rules! message {
    ($ty:ident as $name:literal { $($tag:literal: $field:ident),* $(,)? }) => {
        impl prost::Message for $ty {
            fn encode_raw(&self, buf: &mut impl prost::bytes::BufMut) {
                let Self { $($field),* } = self;
                $($crate::wire::Field::put_field($field, $tag, buf);)*
                let _ = buf;
            }

            fn merge_field(
                &mut self,
                tag: u32,
                wire: prost::encoding::WireType,
                buf: &mut impl prost::bytes::Buf,
                cx: prost::encoding::DecodeContext,
            ) -> Result<(), prost::DecodeError> {
                match tag {
                    $($tag => $crate::wire::Field::merge(&mut self.$field, wire, buf, cx)
                        .map_err(|mut error| {
                            error.push(<Self as $crate::wire::Named>::NAME, stringify!($field));
                            error
                        }),)*
                    _ => prost::encoding::skip_field(wire, tag, buf, cx),
                }
            }

            fn encoded_len(&self) -> usize {
                let Self { $($field),* } = self;
                0 $(+ $crate::wire::Field::field_size($field, $tag))*
            }

            fn clear(&mut self) {
                *self = Self::default();
            }
        }

        impl $crate::wire::Value for $ty {
            fn put(&self, tag: u32, buf: &mut impl prost::bytes::BufMut) {
                prost::encoding::message::encode(tag, self, buf);
            }

            fn size(&self, tag: u32) -> usize {
                prost::encoding::message::encoded_len(tag, self)
            }

            fn take(
                wire: prost::encoding::WireType,
                buf: &mut impl prost::bytes::Buf,
                cx: prost::encoding::DecodeContext,
            ) -> Result<Self, prost::DecodeError> {
                let mut value = Self::default();
                prost::encoding::message::merge(wire, &mut value, buf, cx)?;
                Ok(value)
            }
        }

        impl $crate::wire::Named for $ty {
            const NAME: &'static str = $name;
        }
    };
}
pub(crate) use message;

/// A structure that is a message of the contract.
pub(crate) trait Named {
    /// The name below `talos.resource.definitions`, such as `network.RouteSpecSpec`; a full name of another package
    /// begins with a dot.
    const NAME: &'static str;
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;

    #[derive(Debug, Default, PartialEq)]
    struct Sample {
        flag: bool,
        perhaps: Option<bool>,
        small: u16,
        names: Vec<String>,
        tags: BTreeMap<String, String>,
        ratios: BTreeMap<String, Inner>,
        inner: Option<Box<Inner>>,
    }

    #[derive(Debug, Default, PartialEq)]
    struct Inner {
        ratio: f64,
    }

    message!(Sample as "test.Sample" {
        1: flag, 2: perhaps, 3: small, 4: names, 5: tags, 6: ratios, 9: inner,
    });
    message!(Inner as "test.Inner" { 1: ratio });

    impl Value for Box<Inner> {
        fn put(&self, tag: u32, buf: &mut impl BufMut) {
            self.as_ref().put(tag, buf);
        }

        fn size(&self, tag: u32) -> usize {
            self.as_ref().size(tag)
        }

        fn take(
            wire: WireType,
            buf: &mut impl Buf,
            cx: DecodeContext,
        ) -> Result<Self, DecodeError> {
            Inner::take(wire, buf, cx).map(Self::new)
        }
    }

    fn check(sample: &Sample) {
        let bytes = sample.encode_to_vec();
        assert_eq!(bytes.len(), sample.encoded_len());
        assert_eq!(Sample::decode(bytes.as_slice()).as_ref(), Ok(sample));
    }

    #[test]
    fn messages_read_back() {
        check(&Sample::default());
        assert!(Sample::default().encode_to_vec().is_empty());
        check(&Sample {
            flag: true,
            perhaps: Some(false),
            small: 65535,
            names: vec![String::new(), "b".into()],
            tags: [("k".into(), "v".into()), (String::new(), String::new())].into(),
            ratios: [("half".into(), Inner { ratio: 0.5 }), ("none".into(), Inner::default())]
                .into(),
            inner: Some(Inner { ratio: -0.0 }.into()),
        });
    }

    #[test]
    fn a_number_that_does_not_fit_is_refused_by_name() {
        // Field 3, varint, 65536.
        let error = Sample::decode([0x18, 0x80, 0x80, 0x04].as_slice()).unwrap_err();
        assert!(error.to_string().contains("test.Sample.small: number above 65535"), "{error}");
    }

    #[test]
    fn unknown_fields_are_skipped() {
        // Field 100, two bytes, then field 1.
        let bytes = [0xa2, 0x06, 0x02, 0xff, 0xff, 0x08, 0x01];
        assert_eq!(
            Sample::decode(bytes.as_slice()),
            Ok(Sample { flag: true, ..Sample::default() })
        );
    }
}
