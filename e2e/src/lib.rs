//! Tests that boot what was built and act only through osctl and the API.

#![forbid(unsafe_code)]
