//! What this build calls itself.

/// Version of the API contract that the node speaks, with ours as build metadata: clients parse it
/// as a semantic version and compare it with their own, where build metadata does not count.
pub const TAG: &str = concat!("v1.13.9+holdfast.", env!("CARGO_PKG_VERSION"));
/// The operating system's name.
pub const NAME: &str = "Holdfast";

#[cfg(test)]
mod tests {
    #[test]
    fn the_tag_is_a_semantic_version_with_build_metadata() {
        let (version, build) = super::TAG.split_once('+').expect("build metadata");
        assert_eq!(version, "v1.13.9");
        assert!(build.starts_with("holdfast."));
    }
}
