//! The operator's client.

#![forbid(unsafe_code)]

fn main() {}
