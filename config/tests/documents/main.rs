//! Every kind of document and every field of it.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod fields;
mod golden;
mod support;
