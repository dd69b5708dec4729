//! Secrets in a spec: no log shows them, a client that may read the resource does.

use base64::{Engine, engine::general_purpose::STANDARD};
use prost::{
    DecodeError,
    bytes::{Buf, BufMut},
    encoding::{DecodeContext, WireType, bytes, string},
};
use serde::Serializer;
use types::Secret;

use crate::wire::{Bytes, Value};

impl Value for Secret<String> {
    fn is_zero(&self) -> bool {
        self.expose().is_empty()
    }

    fn put(&self, tag: u32, buf: &mut impl BufMut) {
        string::encode(tag, self.expose(), buf);
    }

    fn size(&self, tag: u32) -> usize {
        string::encoded_len(tag, self.expose())
    }

    fn take(wire: WireType, buf: &mut impl Buf, cx: DecodeContext) -> Result<Self, DecodeError> {
        String::take(wire, buf, cx).map(Self::new)
    }
}

/// Bytes, as those of a key.
impl Value for Secret<Vec<u8>> {
    fn is_zero(&self) -> bool {
        self.expose().is_empty()
    }

    fn put(&self, tag: u32, buf: &mut impl BufMut) {
        bytes::encode(tag, self.expose(), buf);
    }

    fn size(&self, tag: u32) -> usize {
        bytes::encoded_len(tag, self.expose())
    }

    fn take(wire: WireType, buf: &mut impl Buf, cx: DecodeContext) -> Result<Self, DecodeError> {
        Bytes::take(wire, buf, cx).map(|bytes| Self::new(bytes.0))
    }
}

/// Writes a secret into the YAML of its resource; named at each field, so that it is a decision.
pub(crate) fn reveal<S: Serializer>(
    secret: &Secret<String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

/// Writes secret bytes into the YAML of their resource.
pub(crate) fn reveal_base64<S: Serializer>(
    secret: &Secret<Vec<u8>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(Secret::new(STANDARD.encode(secret.expose())).expose())
}
