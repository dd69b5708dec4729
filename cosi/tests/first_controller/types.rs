//! The resource types of the house: what people wish, and what each lamp shall do.

use cosi::{DecodeError, Definition, Spec};
use prost::Message as _;

/// The namespace of both.
pub(crate) const HOUSE: &str = "house";

// ANCHOR: wish
/// What somebody wants of a lamp. The id is `PERSON/LAMP`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Wish {
    /// The lamp.
    #[prost(string, tag = "1")]
    pub(crate) lamp: String,
    /// Percent of its light.
    #[prost(uint32, tag = "2")]
    pub(crate) brightness: u32,
}

impl Spec for Wish {
    const TYPE: &'static str = "Wishes.house.example";
    const NAMESPACE: &'static str = HOUSE;

    fn definition() -> Definition {
        Definition::new().columns(&[("Lamp", "{.lamp}"), ("Brightness", "{.brightness}")])
    }

    fn to_proto(&self) -> Vec<u8> {
        self.encode_to_vec()
    }

    fn from_proto(bytes: &[u8]) -> Result<Self, DecodeError> {
        Ok(prost::Message::decode(bytes)?)
    }

    fn to_yaml(&self) -> String {
        format!("lamp: {:?}\nbrightness: {}\n", self.lamp, self.brightness)
    }
}
// ANCHOR_END: wish

/// What a lamp shall do. The id is the lamp.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct LampSpec {
    /// Percent of its light.
    #[prost(uint32, tag = "1")]
    pub(crate) brightness: u32,
}

impl Spec for LampSpec {
    const TYPE: &'static str = "LampSpecs.house.example";
    const NAMESPACE: &'static str = HOUSE;

    fn definition() -> Definition {
        Definition::new().columns(&[("Brightness", "{.brightness}")])
    }

    fn to_proto(&self) -> Vec<u8> {
        self.encode_to_vec()
    }

    fn from_proto(bytes: &[u8]) -> Result<Self, DecodeError> {
        Ok(prost::Message::decode(bytes)?)
    }

    fn to_yaml(&self) -> String {
        format!("brightness: {}\n", self.brightness)
    }
}
