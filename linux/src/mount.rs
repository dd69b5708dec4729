//! Mounts: make, bind, move, undo. `fsopen(2)`, `mount(2)`, `umount2(2)`.
//!
//! New file systems go through the kernel's file system context, which says in words why it
//! refuses. Which mounts a machine has, and when they go, is the caller's matter.

pub mod loopback;
pub mod root;
pub mod table;

use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::CWD;
use rustix::io::Errno;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountFlags, MountPropagationFlags, MoveMountFlags,
};

use crate::error::{Calling, KernelError, Result};

/// How long the kernel's words about a refused mount may be; longer ones are cut.
const MAX_REASON: usize = 512;

/// Restrictions of a mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Flags(u32);

impl Flags {
    /// No restriction.
    pub const NONE: Self = Self(0);
    /// Nothing can be written.
    pub const READ_ONLY: Self = Self(1);
    /// Set-user-ID bits and file capabilities have no effect.
    pub const NO_SUID: Self = Self(2);
    /// Device nodes cannot be opened.
    pub const NO_DEV: Self = Self(4);
    /// Files cannot be executed.
    pub const NO_EXEC: Self = Self(8);
    /// Reading does not update access times.
    pub const NO_ATIME: Self = Self(16);

    /// Both restrictions.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` is in force.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    fn attributes(self) -> MountAttrFlags {
        let table = [
            (Self::READ_ONLY, MountAttrFlags::MOUNT_ATTR_RDONLY),
            (Self::NO_SUID, MountAttrFlags::MOUNT_ATTR_NOSUID),
            (Self::NO_DEV, MountAttrFlags::MOUNT_ATTR_NODEV),
            (Self::NO_EXEC, MountAttrFlags::MOUNT_ATTR_NOEXEC),
            (Self::NO_ATIME, MountAttrFlags::MOUNT_ATTR_NOATIME),
        ];
        table
            .into_iter()
            .filter(|(flag, _)| self.contains(*flag))
            .map(|(_, attribute)| attribute)
            .collect()
    }

    fn mount_flags(self) -> MountFlags {
        let table = [
            (Self::READ_ONLY, MountFlags::RDONLY),
            (Self::NO_SUID, MountFlags::NOSUID),
            (Self::NO_DEV, MountFlags::NODEV),
            (Self::NO_EXEC, MountFlags::NOEXEC),
            (Self::NO_ATIME, MountFlags::NOATIME),
        ];
        table.into_iter().filter(|(flag, _)| self.contains(*flag)).map(|(_, bits)| bits).collect()
    }
}

/// A file system to mount.
#[derive(Clone, Debug)]
pub struct Spec<'a> {
    /// The file system type, as in `/proc/filesystems`.
    pub kind: &'a str,
    /// The device, or for a file system without one the name shown in the mount table.
    pub source: &'a str,
    /// Where; the folder (or file) must exist.
    pub target: &'a Path,
    /// Restrictions.
    pub flags: Flags,
    /// Options of the file system: `("size", "64M")`, or with an empty value a bare word.
    pub options: &'a [(&'a str, &'a str)],
}

/// A mount that this process made; it stays when the value is dropped.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "the value is the way to undo the mount"]
pub struct Mount {
    target: PathBuf,
}

impl Mount {
    /// Where it is.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Unmounts it.
    ///
    /// # Errors
    /// As [`unmount`].
    pub fn undo(self) -> Result<()> {
        unmount(&self.target, Unmount::Plain)
    }
}

/// Mounts in the order they were made.
#[derive(Debug, Default)]
pub struct Mounts(Vec<Mount>);

impl Mounts {
    /// Adds the latest one.
    pub fn push(&mut self, mount: Mount) {
        self.0.push(mount);
    }

    /// Unmounts them in reverse order, going on after a refusal; returns the refusals.
    #[must_use]
    pub fn roll_back(self) -> Vec<KernelError> {
        self.0.into_iter().rev().filter_map(|mount| mount.undo().err()).collect()
    }
}

/// Mounts a file system.
///
/// # Errors
/// [`KernelError::Explained`] where the file system says why it refuses, else
/// [`KernelError::Call`].
pub fn mount(spec: &Spec<'_>) -> Result<Mount> {
    let object = format!("{} on {}", spec.kind, spec.target.display());
    let context =
        rustix::mount::fsopen(spec.kind, FsOpenFlags::FSOPEN_CLOEXEC).calling("fsopen", &object)?;
    configure(&context, spec).map_err(|source| explain(&context, "fsconfig", &object, source))?;
    let mounted = rustix::mount::fsmount(
        context.as_fd(),
        FsMountFlags::FSMOUNT_CLOEXEC,
        spec.flags.attributes(),
    )
    .map_err(|source| explain(&context, "fsmount", &object, source))?;
    rustix::mount::move_mount(
        mounted.as_fd(),
        "",
        CWD,
        spec.target,
        MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH,
    )
    .calling("move_mount", object)?;
    Ok(Mount { target: spec.target.to_owned() })
}

fn configure(context: &OwnedFd, spec: &Spec<'_>) -> rustix::io::Result<()> {
    let context = context.as_fd();
    rustix::mount::fsconfig_set_string(context, "source", spec.source)?;
    if spec.flags.contains(Flags::READ_ONLY) {
        // The superblock too: a read-only device cannot be opened otherwise.
        rustix::mount::fsconfig_set_flag(context, "ro")?;
    }
    for (key, value) in spec.options {
        if value.is_empty() {
            rustix::mount::fsconfig_set_flag(context, *key)?;
        } else {
            rustix::mount::fsconfig_set_string(context, *key, *value)?;
        }
    }
    rustix::mount::fsconfig_create(context)
}

/// Adds the kernel's words, which a read of the context gives one line at a time, each as `e
/// message` (or `w`, `i`).
fn explain(context: &OwnedFd, call: &'static str, object: &str, source: Errno) -> KernelError {
    let mut buffer = [0; MAX_REASON];
    let reason =
        rustix::io::read(context, &mut buffer).ok().and_then(|length| buffer.get(2..length));
    match reason {
        Some(words) if !words.is_empty() => KernelError::Explained {
            call,
            object: object.to_owned(),
            reason: String::from_utf8_lossy(words).trim_end().to_owned(),
            source: source.into(),
        },
        _ => KernelError::call(call, object, source),
    }
}

/// How far a bind reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The one file system; what is mounted below it is not seen.
    One,
    /// With everything mounted below it.
    Below,
}

/// Makes `source`, a folder or a file, visible at `target` too.
///
/// # Errors
/// When either is missing.
pub fn bind(source: &Path, target: &Path, reach: Reach) -> Result<Mount> {
    let object = format!("{} at {}", source.display(), target.display());
    match reach {
        Reach::One => rustix::mount::mount_bind(source, target),
        Reach::Below => rustix::mount::mount_bind_recursive(source, target),
    }
    .calling("mount", object)?;
    Ok(Mount { target: target.to_owned() })
}

/// Changes the restrictions of the one mount at `target`, its file system untouched: for a bind, or
/// to finish one.
///
/// # Errors
/// When `target` is no mount.
pub fn restrict(target: &Path, flags: Flags) -> Result<()> {
    rustix::mount::mount_remount(target, MountFlags::BIND | flags.mount_flags(), "")
        .calling("remount", target.display())
}

/// Changes the restrictions of the file system mounted at `target`, for every mount of it:
/// read-only before the end.
///
/// # Errors
/// When `target` is no mount, or a file is open for writing and the file system is to be read-only.
pub fn remount(target: &Path, flags: Flags) -> Result<()> {
    rustix::mount::mount_remount(target, flags.mount_flags(), "")
        .calling("remount", target.display())
}

/// Moves the mount at `from`, with what is mounted below it, to `to`.
///
/// # Errors
/// When `from` is no mount, or its parent mount is shared ([`make_private`]).
pub fn move_to(from: &Path, to: &Path) -> Result<()> {
    let object = format_args!("{} to {}", from.display(), to.display());
    rustix::mount::mount_move(from, to).calling("mount MS_MOVE", object)
}

/// Ends the propagation of mounts to and from other namespaces, for everything at and below
/// `target`.
///
/// # Errors
/// When `target` is no mount.
pub fn make_private(target: &Path) -> Result<()> {
    rustix::mount::mount_change(target, MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .calling("mount MS_PRIVATE", target.display())
}

/// How to unmount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmount {
    /// Refused while anything uses it.
    Plain,
    /// Out of sight at once, gone when nothing uses it any more.
    Detach,
}

/// Takes the topmost mount away from `target`; a symbolic link is not followed.
///
/// # Errors
/// With kind `ResourceBusy` when it is in use, with `InvalidInput` when `target` is no mount.
pub fn unmount(target: &Path, how: Unmount) -> Result<()> {
    let flags = match how {
        Unmount::Plain => rustix::mount::UnmountFlags::NOFOLLOW,
        Unmount::Detach => {
            rustix::mount::UnmountFlags::NOFOLLOW | rustix::mount::UnmountFlags::DETACH
        }
    };
    rustix::mount::unmount(target, flags).calling("umount", target.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_translate() {
        let flags = Flags::READ_ONLY.with(Flags::NO_DEV);
        assert_eq!(flags.mount_flags(), MountFlags::RDONLY | MountFlags::NODEV);
        assert_eq!(
            flags.attributes(),
            MountAttrFlags::MOUNT_ATTR_RDONLY | MountAttrFlags::MOUNT_ATTR_NODEV
        );
        assert!(Flags::NONE.attributes().is_empty());
    }
}
