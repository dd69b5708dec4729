//! A file tree as a value: what the root, the initramfs and the container are made of.
//!
//! Everything belongs to uid and gid 0 and has the time 0, so that owner and time of the builder's
//! files cannot leak into an artefact. Paths are relative and sorted, parents before children.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// What a regular file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The bytes of a file of the builder.
    File(PathBuf),
}

impl Content {
    /// The length in bytes.
    pub(crate) fn len(&self) -> Result<u64> {
        match self {
            Self::Bytes(bytes) => Ok(u64::try_from(bytes.len())?),
            Self::File(path) => {
                Ok(fs::metadata(path).with_context(|| format!("look at {}", path.display()))?.len())
            }
        }
    }

    /// A reader of the bytes.
    pub(crate) fn open(&self) -> Result<Box<dyn Read + '_>> {
        match self {
            Self::Bytes(bytes) => Ok(Box::new(Cursor::new(bytes))),
            Self::File(path) => Ok(Box::new(
                fs::File::open(path).with_context(|| format!("open {}", path.display()))?,
            )),
        }
    }
}

/// One entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// A folder with its permissions.
    Dir(u32),
    /// A regular file with its permissions.
    File(u32, Content),
    /// A symbolic link with its target.
    Link(String),
    /// A character device with permissions, major and minor number.
    Char(u32, u32, u32),
}

/// A file tree.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Tree(BTreeMap<String, Node>);

impl Tree {
    /// Adds a folder with mode 0755, and its parents.
    pub(crate) fn dir(&mut self, path: &str) {
        self.parents(path);
        self.0.entry(path.to_owned()).or_insert(Node::Dir(0o755));
    }

    /// Adds any entry, and its parents; an entry that is there already is a mistake in a recipe.
    pub(crate) fn add(&mut self, path: &str, node: Node) -> Result<()> {
        if path.is_empty()
            || path.starts_with('/')
            || path.split('/').any(|p| matches!(p, "" | "." | ".."))
        {
            bail!("{path:?} is not a path inside a tree");
        }
        self.parents(path);
        if self.0.insert(path.to_owned(), node).is_some() {
            bail!("{path} is in the tree twice");
        }
        Ok(())
    }

    /// Adds the regular files and folders below `from`, a folder of the builder, as `path`/….
    /// Links and everything else are left out: nothing that is imported needs them.
    pub(crate) fn import(&mut self, path: &str, from: &Path) -> Result<()> {
        self.dir(path);
        for entry in fs::read_dir(from).with_context(|| format!("list {}", from.display()))? {
            let entry = entry.with_context(|| format!("list {}", from.display()))?;
            let name =
                entry.file_name().into_string().ok().context("a file name that is not UTF-8")?;
            let kind =
                entry.file_type().with_context(|| format!("look at {}", entry.path().display()))?;
            let inner = format!("{path}/{name}");
            if kind.is_dir() {
                self.import(&inner, &entry.path())?;
            } else if kind.is_file() {
                self.add(&inner, Node::File(0o644, Content::File(entry.path())))?;
            }
        }
        Ok(())
    }

    /// The entries, sorted by path.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.0.iter().map(|(path, node)| (path.as_str(), node))
    }

    /// Writes the tree as a tar archive (GNU format).
    pub(crate) fn write_tar(&self, to: impl Write) -> Result<()> {
        let mut tar = tar::Builder::new(to);
        for (path, node) in self.entries() {
            let mut header = tar::Header::new_gnu();
            header.set_uid(0);
            header.set_gid(0);
            header.set_mtime(0);
            header.set_size(0);
            match node {
                Node::Dir(mode) => {
                    header.set_entry_type(tar::EntryType::Directory);
                    header.set_mode(*mode);
                    tar.append_data(&mut header, path, std::io::empty())?;
                }
                Node::File(mode, content) => {
                    header.set_entry_type(tar::EntryType::Regular);
                    header.set_mode(*mode);
                    header.set_size(content.len()?);
                    tar.append_data(&mut header, path, content.open()?)
                        .with_context(|| format!("pack {path}"))?;
                }
                Node::Link(target) => {
                    header.set_entry_type(tar::EntryType::Symlink);
                    header.set_mode(0o777);
                    tar.append_link(&mut header, path, target)
                        .with_context(|| format!("pack {path}"))?;
                }
                Node::Char(mode, major, minor) => {
                    header.set_entry_type(tar::EntryType::Char);
                    header.set_mode(*mode);
                    header.set_device_major(*major)?;
                    header.set_device_minor(*minor)?;
                    tar.append_data(&mut header, path, std::io::empty())?;
                }
            }
        }
        tar.into_inner()?.flush()?;
        Ok(())
    }

    fn parents(&mut self, path: &str) {
        for (slash, _) in path.match_indices('/') {
            self.0.entry(path[..slash].to_owned()).or_insert(Node::Dir(0o755));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small tree with one entry of each kind.
    pub(crate) fn sample() -> Tree {
        let mut tree = Tree::default();
        tree.add("usr/bin/program", Node::File(0o755, Content::Bytes(b"\x7fELF".to_vec())))
            .expect("file");
        tree.add("sbin/init", Node::Link("/usr/bin/program".to_owned())).expect("link");
        tree.add("dev/console", Node::Char(0o600, 5, 1)).expect("device");
        tree
    }

    #[test]
    fn parents_come_before_children() {
        let paths: Vec<_> = sample().entries().map(|(p, _)| p.to_owned()).collect();
        assert_eq!(
            paths,
            ["dev", "dev/console", "sbin", "sbin/init", "usr", "usr/bin", "usr/bin/program"]
        );
    }

    #[test]
    fn bad_and_double_paths_are_refused() {
        for path in ["", "/etc", "a/../b", "a//b", "./a"] {
            Tree::default().add(path, Node::Dir(0o755)).expect_err(path);
        }
        sample().add("dev/console", Node::Dir(0o755)).expect_err("twice");
    }

    #[test]
    fn a_tar_archive_has_no_trace_of_its_builder() {
        let mut bytes = Vec::new();
        sample().write_tar(&mut bytes).expect("tar");
        let mut archive = tar::Archive::new(bytes.as_slice());
        for entry in archive.entries().expect("entries") {
            let header = entry.expect("entry").header().clone();
            assert_eq!(
                (header.uid().ok(), header.gid().ok(), header.mtime().ok()),
                (Some(0), Some(0), Some(0))
            );
            assert_eq!(header.username().ok().flatten().unwrap_or_default(), "");
        }
        let mut again = Vec::new();
        sample().write_tar(&mut again).expect("tar");
        assert_eq!(bytes, again);
    }
}
