//! The resource types of a node, one file each.

#![forbid(unsafe_code)]
