//! The operator's documents: decode, validate, merge, redact, generate.

#![forbid(unsafe_code)]
