//! The resource type that this crate's tests use.

use prost::Message;

use crate::spec::{DecodeError, Definition, Spec};

/// A spec of two short strings.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Note {
    #[prost(string, tag = "1")]
    pub(crate) title: String,
    #[prost(string, tag = "2")]
    pub(crate) text: String,
}

impl Note {
    pub(crate) fn new(title: &str, text: &str) -> Self {
        Self { title: title.to_owned(), text: text.to_owned() }
    }
}

impl Spec for Note {
    const TYPE: &'static str = "Notes.test.cosi.dev";
    const NAMESPACE: &'static str = "test";

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
        format!("title: {:?}\ntext: {:?}\n", self.title, self.text)
    }
}
