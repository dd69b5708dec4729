//! Addresses of services on the network: `common.URL`, in YAML their text.

use std::fmt;

use serde::Serialize;

use crate::wire::{message, through};

/// A URL, as the configuration has it; whoever wrote it there checked it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Url(pub String);

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The message around the text.
#[derive(Debug, Default)]
struct Wire {
    full_path: String,
}

message!(Wire as ".common.URL" { 1: full_path });

through!(Url as Wire, |url: &Url| Wire { full_path: url.0.clone() }, |wire: Wire| Ok(Self(
    wire.full_path
)));
