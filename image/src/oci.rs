//! The root as an OCI archive.
//!
//! One tar file is both an OCI image layout (`oci-layout`, `index.json`, `blobs/`; OCI image-spec
//! 1.1) and what `docker load` has read since version 1.10 (`manifest.json`), because Docker before
//! version 25 knows only the latter. The layer is not compressed: an archive that is loaded on the
//! same machine gains nothing from it, and its blob then has one hash instead of two.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::digest;
use crate::tree::{Content, Node, Tree};

/// The repository that `docker load` files the image under.
const REPOSITORY: &str = "holdfast";

/// Writes `root` as an OCI archive to `path`; `scratch` is a folder for the layer.
pub(crate) fn write(root: &Tree, scratch: &Path, path: &Path) -> Result<()> {
    let layer = scratch.join("layer.tar");
    let file = File::create(&layer).with_context(|| format!("create {}", layer.display()))?;
    root.write_tar(BufWriter::new(file)).context("pack the layer")?;
    let (layer_hash, layer_size) = digest::of_file(&layer)?;

    let mut archive = Tree::default();
    let config = serde_json::to_vec(&config(&layer_hash))?;
    let manifest =
        serde_json::to_vec(&manifest(&blob(&config, "config.v1+json")?, &layer_hash, layer_size))?;
    let index = index(&blob(&manifest, "manifest.v1+json")?);
    let docker = json!([{
        "Config": blob_path(&digest::of_bytes(&config)),
        "RepoTags": [format!("{REPOSITORY}:{}", tag()), format!("{REPOSITORY}:latest")],
        "Layers": [blob_path(&layer_hash)],
    }]);
    let mut add = |path: &str, content: Content| archive.add(path, Node::File(0o644, content));
    add("oci-layout", Content::Bytes(b"{\"imageLayoutVersion\":\"1.0.0\"}".to_vec()))?;
    add("index.json", Content::Bytes(serde_json::to_vec(&index)?))?;
    add("manifest.json", Content::Bytes(serde_json::to_vec(&docker)?))?;
    add(&blob_path(&digest::of_bytes(&manifest)), Content::Bytes(manifest))?;
    add(&blob_path(&digest::of_bytes(&config)), Content::Bytes(config))?;
    add(&blob_path(&layer_hash), Content::File(layer))?;
    let file = File::create(path).with_context(|| format!("create {}", path.display()))?;
    archive.write_tar(BufWriter::new(file)).with_context(|| format!("write {}", path.display()))
}

/// Our version as a tag: a `+`, which separates build metadata, is not allowed in one.
fn tag() -> String {
    types::version::TAG.replace('+', "-")
}

fn blob_path(hash: &str) -> String {
    format!("blobs/sha256/{hash}")
}

/// The descriptor of a small blob.
fn blob(bytes: &[u8], kind: &str) -> Result<Value> {
    Ok(json!({
        "mediaType": format!("application/vnd.oci.image.{kind}"),
        "digest": format!("sha256:{}", digest::of_bytes(bytes)),
        "size": u64::try_from(bytes.len())?,
    }))
}

/// The image's configuration. No environment and no platform: init finds out where it runs.
fn config(layer_hash: &str) -> Value {
    json!({
        "created": "1970-01-01T00:00:00Z",
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "Entrypoint": ["/sbin/init"],
            "WorkingDir": "/",
            "ExposedPorts": { "50000/tcp": {} },
            "Labels": {
                "org.opencontainers.image.title": types::version::NAME,
                "org.opencontainers.image.version": types::version::TAG,
                "org.opencontainers.image.licenses": "Apache-2.0",
                "org.opencontainers.image.description": "A Holdfast node as a container",
            },
        },
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{layer_hash}")] },
        "history": [{ "created": "1970-01-01T00:00:00Z", "created_by": "image oci" }],
    })
}

fn manifest(config: &Value, layer_hash: &str, layer_size: u64) -> Value {
    json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config,
        "layers": [{
            "mediaType": "application/vnd.oci.image.layer.v1.tar",
            "digest": format!("sha256:{layer_hash}"),
            "size": layer_size,
        }],
    })
}

fn index(manifest: &Value) -> Value {
    let mut manifest = manifest.clone();
    manifest["platform"] = json!({ "architecture": "amd64", "os": "linux" });
    manifest["annotations"] = json!({ "org.opencontainers.image.ref.name": tag() });
    json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [manifest],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::io::Read;

    /// Writes a small image and returns the files of its archive.
    fn archive() -> BTreeMap<String, Vec<u8>> {
        let mut root = Tree::default();
        root.add("sbin/init", Node::File(0o755, Content::Bytes(b"program".to_vec())))
            .expect("file");
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join("oci.tar");
        write(&root, dir.path(), &path).expect("written");
        let mut tar = tar::Archive::new(File::open(path).expect("archive"));
        let mut files = BTreeMap::new();
        for entry in tar.entries().expect("entries") {
            let mut entry = entry.expect("entry");
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("content");
            files.insert(entry.path().expect("path").display().to_string(), bytes);
        }
        files
    }

    fn parse(bytes: &[u8]) -> Value {
        serde_json::from_slice(bytes).expect("json")
    }

    #[test]
    fn every_blob_has_the_hash_and_size_that_its_descriptor_says() {
        let files = archive();
        let follow = |descriptor: &Value| {
            let hash = descriptor["digest"]
                .as_str()
                .expect("digest")
                .strip_prefix("sha256:")
                .expect("sha256");
            let bytes = &files[&blob_path(hash)];
            assert_eq!(digest::of_bytes(bytes), hash);
            assert_eq!(descriptor["size"], bytes.len());
            bytes.clone()
        };
        let index = parse(&files["index.json"]);
        let manifest = parse(&follow(&index["manifests"][0]));
        let layer = follow(&manifest["layers"][0]);
        let config = parse(&follow(&manifest["config"]));
        assert_eq!(config["rootfs"]["diff_ids"][0], format!("sha256:{}", digest::of_bytes(&layer)));
        assert_eq!(config["config"]["Entrypoint"], json!(["/sbin/init"]));
    }

    #[test]
    fn docker_finds_the_same_blobs_and_a_legal_tag() {
        let files = archive();
        let docker = parse(&files["manifest.json"]);
        assert!(files.contains_key(docker[0]["Config"].as_str().expect("config")));
        assert!(files.contains_key(docker[0]["Layers"][0].as_str().expect("layer")));
        assert!(!docker[0]["RepoTags"][0].as_str().expect("tag").contains('+'));
        assert_eq!(docker[0]["RepoTags"][1], "holdfast:latest");
    }
}
