//! In the initramfs: mounts the root that it holds, goes there, and starts init again.
//!
//! The SquashFS is used in place: the loop device keeps the file after its name is deleted, and
//! nothing of it is copied.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use linux::mount::loopback;
use linux::mount::root::{self, OldRoot};
use linux::mount::{self, Flags, Spec};

use super::{ROOTFS, mounts};
use crate::error::{InitError, Step};
use crate::log::Log;

/// Where the new root is mounted before it becomes `/`.
const NEW_ROOT: &str = "/root";

/// The init of the new root.
const INIT: &str = "/sbin/init";

/// Leaves for the real root; comes back only when a step was refused.
pub(crate) fn leave(log: &mut Log) -> Result<Infallible, InitError> {
    mounts::mount_all(mounts::HANDED_ON, log)?;
    log.turn_to_kernel();

    let old = OldRoot::take().step("look at the initramfs")?;
    let image = loopback::attach_read_only(Path::new(ROOTFS)).step("attach the root")?;
    let new_root = Path::new(NEW_ROOT);
    linux::fs::make_folder(new_root, 0o755).step("make room for the root")?;
    let root = Spec {
        kind: "squashfs",
        source: &image.path,
        target: new_root,
        flags: Flags::READ_ONLY.with(Flags::NO_SUID).with(Flags::NO_DEV),
        options: &[],
    };
    drop(mount::mount(&root).step("mount the root")?);
    // The mount holds the loop device from here on.
    drop(image);

    for row in mounts::HANDED_ON {
        let target = row.target();
        mount::move_to(Path::new(target), &within(new_root, target))
            .step("move a mount to the root")?;
    }
    root::switch(new_root).step("switch to the root")?;
    let deleted = old.empty().step("empty the initramfs")?;
    log.info(format_args!("root mounted, {deleted} files of the initramfs deleted"));

    let refused = linux::process::exec(Path::new(INIT), &[INIT.to_owned()], &[]);
    Err(InitError::Step { step: "start init from the root", source: refused })
}

/// `path` as seen below `root`.
fn within(root: &Path, path: &str) -> PathBuf {
    root.join(path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_move_below_the_root() {
        assert_eq!(within(Path::new("/root"), "/dev"), Path::new("/root/dev"));
    }
}
