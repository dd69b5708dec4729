//! Packs a tree as SquashFS, with Debian's mksquashfs.
//!
//! The tree is fed as a tar archive, so that neither root privileges nor a copy on the disk is
//! needed, and owners, modes and times are those of the tree.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::run::Run;
use crate::tree::Tree;

/// Level of zstd. Above 19 it takes windows that are larger than a block, which gains nothing.
const LEVEL: &str = "19";

/// Bytes per block. A read of one byte unpacks a block, which then sits in the page cache; smaller
/// ones save memory and time at boot, larger ones save space. Measured in
/// `docs/decisions/initramfs-compression.md`.
const BLOCK: &str = "128K";

/// Writes `tree` to `path`.
pub(crate) fn write(tree: &Tree, path: &Path) -> Result<()> {
    // mksquashfs appends to a file that is there.
    if path.exists() {
        fs::remove_file(path).with_context(|| format!("remove {}", path.display()))?;
    }
    Run::new("mksquashfs")
        .arg("-")
        .arg(path)
        .args(["-tar", "-quiet", "-no-progress", "-no-xattrs", "-no-exports"])
        .args(["-comp", "zstd", "-Xcompression-level", LEVEL, "-b", BLOCK])
        .args(["-reproducible", "-mkfs-time", "0"])
        // mksquashfs 4.5.1 gives the root of a tar archive the time of the packing, whatever
        // -root-time says; all times of the tree are 0 anyway.
        .args(["-all-time", "0", "-root-mode", "755", "-root-uid", "0", "-root-gid", "0"])
        .without("SOURCE_DATE_EPOCH")
        .feed(|stdin| tree.write_tar(stdin))
        .with_context(|| format!("pack {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Content, Node};

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the clock itself is what the test waits for")]
    fn two_packings_are_equal() {
        let Ok(_) = Run::new("mksquashfs").arg("-version").read() else {
            return println!("skipped: no mksquashfs on this machine");
        };
        let mut tree = Tree::default();
        for i in 0..40_u8 {
            tree.add(&format!("dir/{i}"), Node::File(0o644, Content::Bytes(vec![i; 9000])))
                .expect("file");
        }
        let dir = tempfile::tempdir().expect("folder");
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        write(&tree, &a).expect("a");
        // Times are in seconds: none of the second packing's may show.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        write(&tree, &b).expect("b");
        assert!(fs::read(a).expect("a") == fs::read(b).expect("b"));
    }
}
