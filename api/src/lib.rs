//! The wire contract: messages, services and the roles of every method.
//!
//! The `.proto` files under `api/proto/` are the source; the types are generated from them at build
//! time, one module per package, clients and servers of each service included.
//! Nothing here knows what a configuration means.
//! The packages `cosi.*` are part of the contract and of [`DESCRIPTOR`], but their types are in the
//! crate `cosi`, which implements them.

#![forbid(unsafe_code)]

pub mod roles;

#[expect(
    unused_qualifications,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::struct_excessive_bools,
    clippy::too_many_lines,
    reason = "generated code: its form is the generator's, its shapes are the contract's"
)]
mod wire;

pub use wire::talos::resource::definitions;
pub use wire::{
    cluster, common, events, google, inspect, machine, resource, securityapi, sidero, storage,
    talos, time,
};

/// The encoded `google.protobuf.FileDescriptorSet` of the whole contract with its imports, without
/// comments: for clients that print any message (`osctl -o json`) and for tables of methods.
pub const DESCRIPTOR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptor.binpb"));

/// The largest message on any leg, in bytes: clients accept 32 MiB and may send as much.
pub const MESSAGE_LIMIT: usize = 32 * 1024 * 1024;
