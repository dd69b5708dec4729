//! Secret texts in a spec: no log shows them, a client that may read the resource does.

use prost::{
    DecodeError,
    bytes::{Buf, BufMut},
    encoding::{DecodeContext, WireType, string},
};
use serde::Serializer;
use types::Secret;

use crate::wire::Value;

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

/// Writes a secret into the YAML of its resource; named at each field, so that it is a decision.
pub(crate) fn reveal<S: Serializer>(
    secret: &Secret<String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}
