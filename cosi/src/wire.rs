//! The generated gRPC types of the State API.
#![expect(
    unused_qualifications,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::too_many_lines,
    reason = "generated; the contract documents it in api/proto"
)]

tonic::include_proto!("cosi.resource");

/// The protobuf forms of the types that a store describes itself with.
pub mod meta {
    tonic::include_proto!("cosi.resource.meta");
}
