//! The cache of inputs and of what takes long to build, by content.
//!
//! It is `~/.cache/holdfast` or `$HOLDFAST_CACHE`, and may be deleted at any time. An entry's name is
//! the hash of all that it depends on, so an entry is never changed and never stale. Nothing is
//! evicted: the kernel's entries are about 60 MB each.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::progress::report;

/// The folder of the cache.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The cache of this user, made if it is not there.
    pub(crate) fn of_user() -> Result<Self> {
        let root = match std::env::var_os("HOLDFAST_CACHE") {
            Some(dir) => PathBuf::from(dir),
            None => {
                let home = std::env::var_os("HOME")
                    .context("find the cache: neither HOLDFAST_CACHE nor HOME is set")?;
                PathBuf::from(home).join(".cache/holdfast")
            }
        };
        Self::at(root)
    }

    /// A cache at a given folder, made if it is not there.
    pub(crate) fn at(root: PathBuf) -> Result<Self> {
        fs::create_dir_all(&root).with_context(|| format!("make the cache {}", root.display()))?;
        let root = root.canonicalize().with_context(|| format!("resolve {}", root.display()))?;
        Ok(Self { root })
    }

    /// A folder of the cache that its user keeps in order itself: downloads, cargo's target folders.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf> {
        let dir = self.root.join(name);
        fs::create_dir_all(&dir).with_context(|| format!("make {}", dir.display()))?;
        Ok(dir)
    }

    /// A new empty folder for a build, on the same file system as the entries. It removes itself.
    pub(crate) fn scratch(&self) -> Result<tempfile::TempDir> {
        let dir = self.folder("tmp")?;
        tempfile::Builder::new()
            .prefix("build-")
            .tempdir_in(&dir)
            .with_context(|| format!("make a folder in {}", dir.display()))
    }

    /// The entry `kind/key`, built by `build` into an empty folder if it is not there.
    ///
    /// An entry appears whole or not at all: it is built aside and renamed. Two builders at the same
    /// time both build, and the first result stays.
    pub(crate) fn entry(
        &self,
        kind: &str,
        key: &str,
        build: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let place = self.folder(kind)?.join(key);
        if place.is_dir() {
            return Ok(place);
        }
        let scratch = self.scratch()?;
        let result = scratch.path().join("result");
        fs::create_dir(&result).with_context(|| format!("make {}", result.display()))?;
        build(&result)?;
        match fs::rename(&result, &place) {
            Err(_) if place.is_dir() => report("  (another build was faster; its result is used)"),
            other => other.with_context(|| format!("move the result to {}", place.display()))?,
        }
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_built_once_and_a_failed_one_leaves_nothing() {
        let dir = tempfile::tempdir().expect("folder");
        let cache = Cache::at(dir.path().to_owned()).expect("cache");
        cache.entry("k", "1", |_| anyhow::bail!("no")).expect_err("fails");
        let place = cache.entry("k", "1", |d| Ok(fs::write(d.join("f"), "x")?)).expect("built");
        let again = cache.entry("k", "1", |_| anyhow::bail!("built twice")).expect("found");
        assert_eq!(place, again);
        assert_eq!(fs::read_to_string(place.join("f")).expect("file"), "x");
    }
}
