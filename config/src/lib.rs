//! The operator's documents: decode, validate, redact, compare, generate; keys and certificates.
//!
//! Bytes come in and values, faults and bytes go out. Nothing here opens a file or a socket, reads
//! a clock, or knows what a resource is.

#![forbid(unsafe_code)]

mod document;
mod duration;
mod effect;
pub mod fault;
mod field;
mod locate;
pub mod pki;
pub mod v1alpha1;
pub mod value;
mod yaml;

pub use document::Config;
pub use fault::{Fault, Place, Warning};
