//! The images that the node has with it.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::choices, wire::message};

choices! {
    /// Whether the cache can be asked.
    pub enum ImageCacheStatus {
        Unknown = 0 "unknown",
        Disabled = 1 "disabled",
        Preparing = 2 "preparing",
        Ready = 3 "ready",
    }
}

choices! {
    /// Whether the cache is on the node's own disk.
    pub enum ImageCacheCopyStatus {
        Unknown = 0 "unknown",
        Skipped = 1 "skipped",
        Copying = 2 "copying",
        Ready = 3 "ready",
    }
}

/// The cache of images. The id is `image-cache`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageCacheConfig {
    /// Whether it can be asked.
    pub status: ImageCacheStatus,
    /// Whether it is on the node's own disk.
    pub copy_status: ImageCacheCopyStatus,
    /// Folders that hold it, the first looked into first.
    pub roots: Vec<String>,
}

message!(ImageCacheConfig as "cri.ImageCacheConfigSpec" { 1: status, 2: roots, 3: copy_status });

impl ImageCacheConfig {
    /// The id of the only one.
    pub const ID: &str = "image-cache";
}

spec!(
    ImageCacheConfig,
    "ImageCacheConfigs.cri.talos.dev",
    namespace::CRI,
    Definition::new().columns(&[
        ("Status", "{.status}"),
        ("CopyStatus", "{.copyStatus}"),
        ("Roots", "{.roots}")
    ])
);
