//! A folder and what is below it, one entry at a time.

use std::path::{Path, PathBuf};

use super::{Kind, Metadata, metadata};
use crate::error::{Calling, KernelError, Result};

/// How deep a walk goes at most. `PATH_MAX` of 4096 bytes allows a little over two thousand
/// folders, but a tree that people made is not a tenth as deep.
const MAX_DEPTH: usize = 256;

/// How many names of one folder are held at once, for their order.
const MAX_NAMES: usize = 1 << 20;

/// Something that a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it is, beginning with the path that the walk began at.
    pub path: PathBuf,
    /// How many folders below the beginning; 0 is the beginning itself.
    pub depth: usize,
    /// What it is.
    pub metadata: Metadata,
}

/// A refusal on the way; the walk goes on after it.
#[derive(Debug)]
pub struct Missed {
    /// What could not be looked at.
    pub path: PathBuf,
    /// Why.
    pub error: KernelError,
}

/// A walk: each folder before what is in it, names in byte order, symbolic links not followed.
///
/// It sees mounts like any other folder.
#[derive(Debug)]
pub struct Walk {
    /// What to look at next, the last first, each with its depth.
    waiting: Vec<(PathBuf, usize)>,
    max_depth: usize,
}

impl Walk {
    /// A walk from `start` that goes at most `depth` folders down: 0 is `start` alone, `None` is as
    /// deep as it goes.
    #[must_use]
    pub fn new(start: &Path, depth: Option<usize>) -> Self {
        Self {
            waiting: vec![(start.to_owned(), 0)],
            max_depth: depth.unwrap_or(MAX_DEPTH).min(MAX_DEPTH),
        }
    }

    fn descend(&mut self, folder: &Path, depth: usize) -> Result<()> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder).calling("open", folder.display())?.take(MAX_NAMES) {
            names.push(entry.calling("getdents", folder.display())?.file_name());
        }
        names.sort_unstable();
        self.waiting.extend(names.into_iter().rev().map(|name| (folder.join(name), depth)));
        Ok(())
    }
}

impl Iterator for Walk {
    type Item = std::result::Result<Entry, Missed>;

    fn next(&mut self) -> Option<Self::Item> {
        let (path, depth) = self.waiting.pop()?;
        let metadata = match metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) => return Some(Err(Missed { path, error })),
        };
        // A folder that cannot be read is missed as a whole, as one entry.
        if metadata.kind == Kind::Directory
            && depth < self.max_depth
            && let Err(error) = self.descend(&path, depth + 1)
        {
            return Some(Err(Missed { path, error }));
        }
        Some(Ok(Entry { path, depth, metadata }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(walk: Walk, start: &Path) -> Vec<String> {
        let relative = |entry: Entry| entry.path.strip_prefix(start).unwrap().display().to_string();
        walk.map(|entry| relative(entry.unwrap())).collect()
    }

    #[test]
    fn goes_down_in_order_and_not_through_links() {
        let folder = tempfile::tempdir().unwrap();
        let start = folder.path();
        std::fs::create_dir_all(start.join("b/c")).unwrap();
        std::fs::write(start.join("a"), "").unwrap();
        std::fs::write(start.join("b/c/d"), "").unwrap();
        std::os::unix::fs::symlink(start, start.join("z")).unwrap();
        assert_eq!(names(Walk::new(start, None), start), ["", "a", "b", "b/c", "b/c/d", "z"]);
        assert_eq!(names(Walk::new(start, Some(1)), start), ["", "a", "b", "z"]);
        assert_eq!(names(Walk::new(start, Some(0)), start), [""]);
    }

    #[test]
    fn says_what_it_missed() {
        let missed = Walk::new(Path::new("/nonexistent"), None).next().unwrap().unwrap_err();
        assert_eq!(missed.path, Path::new("/nonexistent"));
        assert!(missed.error.is_absent());
    }
}
