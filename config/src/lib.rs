//! The operator's documents: decode, validate, redact, compare, generate; keys and certificates.
//!
//! Bytes come in and values, faults and bytes go out. Nothing here opens a file or a socket, reads
//! a clock, or knows what a resource is.

#![forbid(unsafe_code)]

pub mod pki;
