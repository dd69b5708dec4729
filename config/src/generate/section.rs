//! Building a document part by part, in the order in which it is written.

use types::Secret;

use crate::pki::{Authority, PrivateKey};
use crate::value::{Pem, PemKey};
use crate::yaml::Tree;

/// A mapping that grows.
#[derive(Default)]
pub(super) struct Section(Vec<(String, Tree)>);

impl Section {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A field.
    pub(super) fn with(mut self, key: &str, value: impl Into<Tree>) -> Self {
        self.0.push((key.to_owned(), value.into()));
        self
    }

    /// A field, if there is a value for it.
    pub(super) fn some(self, key: &str, value: Option<impl Into<Tree>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Whether nothing is in it yet.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What belongs here only under a condition.
    pub(super) fn when(self, holds: bool, more: impl FnOnce(Self) -> Self) -> Self {
        if holds { more(self) } else { self }
    }
}

impl From<Section> for Tree {
    fn from(section: Section) -> Self {
        Self::Map(section.0)
    }
}

impl From<&str> for Tree {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Tree {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&[String]> for Tree {
    fn from(texts: &[String]) -> Self {
        Self::List(texts.iter().map(|text| Self::Text(text.clone())).collect())
    }
}

impl From<Vec<Tree>> for Tree {
    fn from(items: Vec<Tree>) -> Self {
        Self::List(items)
    }
}

impl From<bool> for Tree {
    fn from(value: bool) -> Self {
        Self::Word(value.to_string())
    }
}

impl From<u16> for Tree {
    fn from(value: u16) -> Self {
        Self::Word(value.to_string())
    }
}

impl From<&Secret<String>> for Tree {
    fn from(secret: &Secret<String>) -> Self {
        Self::Secret(secret.clone(), "REDACTED")
    }
}

/// An authority with its key.
pub(super) fn authority(authority: &Authority) -> Section {
    certificate(authority).with("key", key(authority.key()))
}

/// An authority without its key, whose field clients leave empty beside the certificate.
pub(super) fn authority_alone(authority: &Authority) -> Section {
    certificate(authority).with("key", "")
}

fn certificate(authority: &Authority) -> Section {
    use crate::field::Field as _;
    Section::new().some("crt", Pem(authority.certificate().to_owned()).encode())
}

/// A key, as documents hold it.
pub(super) fn key(key: &PrivateKey) -> Tree {
    use crate::field::Field as _;
    PemKey(key.pem().clone()).encode().unwrap_or(Tree::Null)
}
