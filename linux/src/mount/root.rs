//! Leaving the initramfs for the real root.
//!
//! The initial root (`rootfs`) can be neither unmounted nor pivoted away (kernel documentation,
//! `filesystems/ramfs-rootfs-initramfs`): its files are deleted to free their memory, and the new
//! root is moved over it.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags};

use crate::error::{Calling, KernelError, Result};
use crate::fs;

/// How deep the initramfs may be; ours is two folders deep.
const MAX_DEPTH: usize = 32;

/// A handle on the root that is about to be left, taken while it is still `/`.
#[derive(Debug)]
pub struct OldRoot {
    folder: OwnedFd,
    device: u64,
}

impl OldRoot {
    /// The present root, which must be in memory: nothing else may ever be emptied.
    ///
    /// # Errors
    /// [`KernelError::Form`] when `/` is neither a ramfs nor a tmpfs.
    pub fn take() -> Result<Self> {
        if !matches!(fs::magic(Path::new("/"))?, fs::RAMFS | fs::TMPFS) {
            return Err(KernelError::form("/", "not in memory, so not an initramfs"));
        }
        let folder = open_folder(CWD, c"/").calling("open", "/")?;
        let device = rustix::fs::fstat(&folder).calling("fstat", "/")?.st_dev;
        Ok(Self { folder, device })
    }

    /// Deletes everything in it, but not what is mounted below it nor on it.
    ///
    /// Files that cannot be deleted stay; returns how many were deleted.
    ///
    /// # Errors
    /// When a folder cannot be read, or the tree is deeper than an initramfs is.
    pub fn empty(self) -> Result<u64> {
        self.empty_folder(self.folder.as_fd(), 0)
    }

    fn empty_folder(&self, folder: BorrowedFd<'_>, depth: usize) -> Result<u64> {
        if depth > MAX_DEPTH {
            return Err(KernelError::form("initramfs", "deeper than its bound"));
        }
        let mut deleted = 0;
        for entry in Dir::read_from(folder).calling("getdents", "initramfs")? {
            let entry = entry.calling("getdents", "initramfs")?;
            let name = entry.file_name();
            if name == c"." || name == c".." {
                continue;
            }
            deleted += self.delete(folder, name, depth)?;
        }
        Ok(deleted)
    }

    fn delete(&self, folder: BorrowedFd<'_>, name: &CStr, depth: usize) -> Result<u64> {
        let Ok(found) = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) else {
            return Ok(0);
        };
        if found.st_dev != self.device {
            return Ok(0);
        }
        let mut deleted = 0;
        let mut flags = AtFlags::empty();
        if FileType::from_raw_mode(found.st_mode).is_dir() {
            let inner = open_folder(folder, name).calling("open", name.to_string_lossy())?;
            deleted += self.empty_folder(inner.as_fd(), depth + 1)?;
            flags = AtFlags::REMOVEDIR;
        }
        // A mount point is busy, and stays.
        deleted += u64::from(rustix::fs::unlinkat(folder, name, flags).is_ok());
        Ok(deleted)
    }
}

fn open_folder(at: BorrowedFd<'_>, name: &CStr) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(at, name, flags, Mode::empty())
}

/// Makes the mount at `new` the root of this process, over the old one.
///
/// # Errors
/// When `new` is no mount, or its parent mount is shared.
pub fn switch(new: &Path) -> Result<()> {
    rustix::process::chdir(new).calling("chdir", new.display())?;
    rustix::mount::mount_move(".", "/")
        .calling("mount MS_MOVE", format_args!("{} to /", new.display()))?;
    rustix::process::chroot(".").calling("chroot", new.display())?;
    rustix::process::chdir("/").calling("chdir", "/")
}
