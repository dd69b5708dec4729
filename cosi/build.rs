//! Generates the gRPC types of the State API from the contract's `.proto` files, without protoc.

use std::error::Error;

/// Where the contract lives, seen from this crate.
const PROTO: &str = "../api/proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={PROTO}/v1alpha1");
    let files = protox::compile(["v1alpha1/state.proto", "v1alpha1/meta.proto"], [PROTO])?;
    tonic_prost_build::configure().btree_map(".").compile_fds(files)?;
    Ok(())
}
