//! Validated values that every other crate shares.

#![forbid(unsafe_code)]
