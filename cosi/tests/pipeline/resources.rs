//! The resources of the pipeline.

use cosi::{DecodeError, Definition, Spec};
use prost::Message;

pub(crate) const NS: &str = "example";

/// What operators edit: lines, each once, in order.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Document {
    #[prost(message, repeated, tag = "1")]
    pub(crate) lines: Vec<Line>,
}

/// One line of the document, and the resource that is made of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Message)]
pub(crate) struct Line {
    #[prost(string, tag = "1")]
    pub(crate) address: String,
    /// Higher layers win.
    #[prost(uint32, tag = "2")]
    pub(crate) layer: u32,
    #[prost(uint32, tag = "3")]
    pub(crate) prefix: u32,
}

impl Line {
    pub(crate) fn id(&self) -> String {
        format!("{}/{}", self.layer, self.address)
    }
}

/// An address as the kernel should have it. Its id is the address.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Address {
    /// The layer that it comes from.
    #[prost(uint32, tag = "1")]
    pub(crate) layer: u32,
    #[prost(uint32, tag = "2")]
    pub(crate) prefix: u32,
}

macro_rules! spec {
    ($spec:ident, $name:literal) => {
        impl Spec for $spec {
            const TYPE: &'static str = $name;
            const NAMESPACE: &'static str = NS;

            fn definition() -> Definition {
                Definition::new()
            }

            fn to_proto(&self) -> Vec<u8> {
                self.encode_to_vec()
            }

            fn from_proto(bytes: &[u8]) -> Result<Self, DecodeError> {
                Ok(Message::decode(bytes)?)
            }

            fn to_yaml(&self) -> String {
                format!("value: \"{self:?}\"\n")
            }
        }
    };
}

spec!(Document, "Documents.example.dev");
spec!(Line, "AddressConfigs.example.dev");
spec!(Address, "AddressSpecs.example.dev");
