//! The one executable of the node, told apart by argv[0].

#![forbid(unsafe_code)]

fn main() {}
