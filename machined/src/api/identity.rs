//! Which node answers: `Version` and `Hostname`.

use api::machine::{
    FeaturesInfo, Hostname, HostnameResponse, PlatformInfo, Version, VersionInfo, VersionResponse,
};
use types::{Mode, version};

use crate::node::Node;

/// The version, with what clients decide by: platform, mode, features.
pub(super) fn version(node: &Node) -> VersionResponse {
    let has_machine = node
        .configuration
        .follow()
        .borrow()
        .as_ref()
        .is_some_and(|config| config.machine().is_some());
    let info = VersionInfo {
        tag: version::TAG.to_owned(),
        sha: option_env!("HOLDFAST_COMMIT").unwrap_or("unknown").to_owned(),
        // A time of building would make two builds differ.
        built: String::new(),
        go_version: "none: this node is written in Rust".to_owned(),
        os: "linux".to_owned(),
        arch: architecture().to_owned(),
    };
    let platform =
        PlatformInfo { name: platform(node.mode).to_owned(), mode: node.mode.to_string() };
    let version = Version {
        metadata: None,
        version: Some(info),
        platform: Some(platform),
        features: has_machine.then_some(FeaturesInfo { rbac: true }),
    };
    VersionResponse { messages: vec![version] }
}

/// The kernel's host name.
pub(super) fn hostname() -> HostnameResponse {
    let hostname = Hostname { metadata: None, hostname: linux::host::hostname() };
    HostnameResponse { messages: vec![hostname] }
}

/// Platform names as clients know them; there are two at this version.
fn platform(mode: Mode) -> &'static str {
    match mode {
        Mode::Container => "container",
        Mode::Metal | Mode::Cloud | Mode::MetalAgent => "metal",
    }
}

/// The architecture by the name that Go has for it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}
