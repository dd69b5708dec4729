//! The initramfs: init, the root as SquashFS, and what init needs before it has mounted anything.
//!
//! The archive is not compressed: nearly all of it is the SquashFS, which is. See
//! `docs/decisions/initramfs-compression.md`.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result};

use crate::cpio;
use crate::programs::Programs;
use crate::tree::{Content, Node, Tree};

/// Where init mounts before it leaves for the root.
const MOUNT_POINTS: [&str; 5] = ["dev", "proc", "root", "run", "sys"];

/// Writes the initramfs to `path`.
pub(crate) fn write(programs: &Programs, rootfs: &Path, path: &Path) -> Result<()> {
    let mut tree = Tree::default();
    for dir in MOUNT_POINTS {
        tree.dir(dir);
    }
    // The kernel opens it for PID 1 before there is a devtmpfs.
    tree.add("dev/console", Node::Char(0o600, 5, 1))?;
    tree.add("init", Node::File(0o755, Content::File(programs.init.clone())))?;
    tree.add("rootfs.sqsh", Node::File(0o400, Content::File(rootfs.to_owned())))?;
    let file = File::create(path).with_context(|| format!("create {}", path.display()))?;
    cpio::write(&tree, BufWriter::new(file)).with_context(|| format!("write {}", path.display()))
}
