//! The resource of the workloads: a spec of two short strings.
//!
//! Short immutable strings are [`Text`] in this crate, as they are values that share their bytes in the peer's language.
//! The same with `String`s, each an allocation of its own, is measured beside it.

use cosi::{DecodeError, Definition, Object, Spec, Text};
use prost::Message;
use serde::{Deserialize, Serialize};

/// How many resources the workloads have, unless they say otherwise.
pub(crate) const COUNT: usize = 10_000;

/// The namespace of both types.
pub(crate) const NAMESPACE: &str = "bench";

/// The label that every tenth resource has.
pub(crate) const LABEL: (&str, &str) = ("tier", "front");

/// Two short strings of some type.
pub(crate) trait Two: Spec {
    fn new(first: &str, second: &str) -> Self;
    fn set_second(&mut self, text: &str);
}

/// Two short strings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) first: Text,
    pub(crate) second: Text,
}

impl Two for Pair {
    fn new(first: &str, second: &str) -> Self {
        Self { first: first.into(), second: second.into() }
    }

    fn set_second(&mut self, text: &str) {
        self.second = text.into();
    }
}

impl Spec for Pair {
    const TYPE: &'static str = "Pairs.bench.cosi.dev";
    const NAMESPACE: &'static str = NAMESPACE;

    fn definition() -> Definition {
        Definition::new()
    }

    fn to_proto(&self) -> Vec<u8> {
        Strings::new(&self.first, &self.second).encode_to_vec()
    }

    fn from_proto(bytes: &[u8]) -> Result<Self, DecodeError> {
        let Strings { first, second } = Message::decode(bytes)?;
        Ok(Self::new(&first, &second))
    }

    fn to_yaml(&self) -> String {
        Strings::new(&self.first, &self.second).to_yaml()
    }

    fn weight(&self) -> usize {
        self.first.len() + self.second.len()
    }
}

/// Two short strings with memory of their own.
#[derive(Clone, PartialEq, Eq, Message, Serialize, Deserialize)]
pub(crate) struct Strings {
    #[prost(string, tag = "1")]
    pub(crate) first: String,
    #[prost(string, tag = "2")]
    pub(crate) second: String,
}

impl Two for Strings {
    fn new(first: &str, second: &str) -> Self {
        Self { first: first.to_owned(), second: second.to_owned() }
    }

    fn set_second(&mut self, text: &str) {
        text.clone_into(&mut self.second);
    }
}

impl Spec for Strings {
    const TYPE: &'static str = "Strings.bench.cosi.dev";
    const NAMESPACE: &'static str = NAMESPACE;

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
        serde_saphyr::to_string(self).unwrap_or_default()
    }

    fn weight(&self) -> usize {
        self.encoded_len()
    }
}

/// The names of the resources: `pair-00000` and on.
pub(crate) fn ids() -> Vec<String> {
    (0..COUNT).map(|number| format!("pair-{number:05}")).collect()
}

/// A resource as its writer makes it.
pub(crate) fn resource<T: Two>(id: &str) -> Object {
    Object::new(NAMESPACE, id, T::new("first", "second"))
}
