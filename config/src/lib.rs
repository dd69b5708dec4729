//! The operator's documents: decode, validate, redact, compare, generate; keys and certificates.
//!
//! Bytes come in and values, faults and bytes go out. Nothing here opens a file or a socket, reads
//! a clock, or knows what a resource is.

#![forbid(unsafe_code)]

pub mod cel;
pub mod change;
pub mod client;
mod diff;
mod document;
mod duration;
mod effect;
mod endpoint;
pub mod fault;
mod field;
pub mod generate;
mod locate;
pub mod network;
pub mod patch;
pub mod pki;
#[cfg(test)]
mod reference;
pub mod schema;
pub mod table;
pub mod v1alpha1;
pub mod validate;
pub mod value;
mod yaml;

pub use change::Change;
pub use client::ClientConfig;
pub use document::Config;
pub use fault::{Fault, Place, Warning};
pub use validate::validate;
