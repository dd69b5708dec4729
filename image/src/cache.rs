//! The cache of inputs and of what takes long to build, by content.
//!
//! It is `~/.cache/holdfast` or `$HOLDFAST_CACHE`, and may be deleted at any time. An entry's name is
//! the hash of all that it depends on, so an entry is never changed and never stale. Nothing is
//! evicted: the kernel's entries are about 60 MB each.

use std::fs::{self, File, TryLockError};
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

    /// A new empty folder for a build, on the same file system as the entries. It removes itself; if
    /// its builder was killed, the next builder removes it.
    pub(crate) fn scratch(&self) -> Result<Scratch> {
        let all = self.folder("tmp")?;
        // Held while folders come and are swept, so that none is seen before its own lock is held.
        let _guard = lock(&all.join("lock"))?;
        for entry in fs::read_dir(&all).with_context(|| format!("list {}", all.display()))? {
            let dir = entry.with_context(|| format!("list {}", all.display()))?.path();
            let abandoned = dir.is_dir() && open_lock(&dir.join(LOCK))?.try_lock().is_ok();
            if abandoned {
                fs::remove_dir_all(&dir).with_context(|| format!("sweep {}", dir.display()))?;
            }
        }
        let dir = tempfile::Builder::new()
            .prefix("build-")
            .tempdir_in(&all)
            .with_context(|| format!("make a folder in {}", all.display()))?;
        let lock = lock(&dir.path().join(LOCK))?;
        let inner = dir.path().join("work");
        fs::create_dir(&inner).with_context(|| format!("make {}", inner.display()))?;
        Ok(Scratch { inner, _dir: dir, _lock: lock })
    }

    /// The entry `kind/key`, built by `build` into an empty folder if it is not there.
    ///
    /// An entry appears whole or not at all: it is built aside and renamed. Of two builders that want
    /// the same entry one waits for the other.
    pub(crate) fn entry(
        &self,
        kind: &str,
        key: &str,
        build: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let folder = self.folder(kind)?;
        let place = folder.join(key);
        if place.is_dir() {
            return Ok(place);
        }
        let _turn = lock(&folder.join(format!("{key}.lock")))?;
        if place.is_dir() {
            return Ok(place);
        }
        let scratch = self.scratch()?;
        let result = scratch.path().join("result");
        fs::create_dir(&result).with_context(|| format!("make {}", result.display()))?;
        build(&result)?;
        fs::rename(&result, &place)
            .with_context(|| format!("move the result to {}", place.display()))?;
        Ok(place)
    }
}

/// The file in a scratch folder whose lock says that its builder lives.
const LOCK: &str = "lock";

/// A folder for a build.
#[derive(Debug)]
pub(crate) struct Scratch {
    inner: PathBuf,
    _dir: tempfile::TempDir,
    _lock: File,
}

impl Scratch {
    /// The folder, which was empty at first.
    pub(crate) fn path(&self) -> &Path {
        &self.inner
    }
}

fn open_lock(path: &Path) -> Result<File> {
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .with_context(|| format!("open {}", path.display()))
}

/// Takes the lock at `path`, which ends with the returned file or the process. Says so if it waits.
fn lock(path: &Path) -> Result<File> {
    let file = open_lock(path)?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => report("  (another build has it; waiting)"),
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("lock {}", path.display()));
        }
    }
    file.lock().with_context(|| format!("lock {}", path.display()))?;
    Ok(file)
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

    #[test]
    fn an_abandoned_folder_is_swept_and_a_living_one_is_not() {
        let dir = tempfile::tempdir().expect("folder");
        let cache = Cache::at(dir.path().to_owned()).expect("cache");
        let abandoned = cache.folder("tmp/build-killed").expect("folder");
        let first = cache.scratch().expect("first");
        let second = cache.scratch().expect("second");
        assert!(!abandoned.exists());
        assert!(first.path().is_dir() && second.path().is_dir());
    }
}
