//! The boot: makes the place that init finds itself in fit to live in.
//!
//! Three places, one file each, every one read from top to bottom. They differ in what may be
//! missing: a machine without `/proc` is no node, a container gets what its engine gives it.

pub(crate) mod cgroups;
pub(crate) mod container;
pub(crate) mod initramfs;
pub(crate) mod machine;
mod mounts;

use std::path::Path;

use linux::fs;
use linux::process::{Limit, Resource};
use types::{Mode, paths};

use crate::arguments::Arguments;
use crate::error::{InitError, Step, chain};
use crate::log::Log;
use cgroups::Cgroups;

/// The root file system inside the initramfs.
const ROOTFS: &str = "/rootfs.sqsh";

/// Open files that a process may have unless it asks for more. The kernel gives 1024, which the
/// connections of one busy program fill.
const OPEN_FILES: u64 = 65_536;

/// Open files that a process may ask for: what container engines and Kubernetes components expect
/// (systemd's and containerd's units say the same).
const MOST_OPEN_FILES: u64 = 1 << 20;

/// Where init runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the initramfs of a machine, on the way to the real root.
    Initramfs,
    /// In a machine, on its read-only root.
    Machine,
    /// In a container.
    Container,
}

/// What the boot leaves to [`crate::parent`].
#[derive(Debug)]
pub(crate) struct Home {
    /// What machined is told.
    pub(crate) mode: Mode,
    /// The kernel arguments that init acts on; in a container the defaults, since the kernel's
    /// are those of the host.
    pub(crate) arguments: Arguments,
    /// The control groups, if there are any.
    pub(crate) cgroups: Cgroups,
    /// Variables that machined gets from outside.
    pub(crate) environment: Vec<String>,
}

/// What of the root tells places apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Root {
    /// Kind of the file system at `/`, a magic number of `linux/magic.h`.
    magic: u64,
    /// Whether [`ROOTFS`] is there.
    holds_rootfs: bool,
    /// Whether machined is there.
    holds_machined: bool,
}

/// Looks where we are.
pub(crate) fn find_place() -> Result<Place, InitError> {
    let root = Root {
        magic: fs::magic(Path::new("/")).step("look at the root")?,
        holds_rootfs: Path::new(ROOTFS).is_file(),
        holds_machined: Path::new(MACHINED).exists(),
    };
    place(root).ok_or(InitError::Nowhere)
}

/// The program of machined.
pub(crate) const MACHINED: &str = "/usr/bin/machined";

/// root is   | rootfs.sqsh | machined | place
/// ----------|-------------|----------|----------
/// in memory | yes         | –        | initramfs
/// squashfs  | –           | –        | machine
/// else      | –           | yes      | container
/// else      | –           | no       | none
fn place(root: Root) -> Option<Place> {
    match root.magic {
        fs::RAMFS | fs::TMPFS if root.holds_rootfs => Some(Place::Initramfs),
        fs::SQUASHFS => Some(Place::Machine),
        _ if root.holds_machined => Some(Place::Container),
        _ => None,
    }
}

/// The folders that programs of ours meet in, with their permission bits.
const FOLDERS: [(&str, u32); 3] = [
    (paths::RUN, 0o755),
    // Keys and secrets are in it.
    (paths::STATE, 0o700),
    (paths::ETC, 0o755),
];

/// Makes the folders on file systems that were empty until now.
fn make_folders() -> linux::Result<()> {
    FOLDERS.iter().try_for_each(|(path, mode)| fs::make_folder(Path::new(path), *mode))
}

/// Gives our descendants more open files than the kernel does, as far as we may.
fn raise_limits(log: &Log) {
    let set = |hard: u64| {
        linux::process::set_limit(Limit {
            resource: Resource::OpenFiles,
            soft: Some(OPEN_FILES.min(hard)),
            hard: Some(hard),
        })
    };
    let present = linux::process::limit(Resource::OpenFiles).hard.unwrap_or(u64::MAX);
    // A container may not be allowed more than it was given.
    if let Err(error) = set(MOST_OPEN_FILES.max(present)).or_else(|_refused| set(present)) {
        log.warn(format_args!("{}; limits stay as they are", chain(&error)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_apart_by_the_root() {
        let check = |magic, holds_rootfs, holds_machined, expected| {
            let root = Root { magic, holds_rootfs, holds_machined };
            assert_eq!(place(root), expected, "{root:?}");
        };
        check(fs::RAMFS, true, false, Some(Place::Initramfs));
        check(fs::TMPFS, true, false, Some(Place::Initramfs));
        check(fs::TMPFS, false, false, None);
        check(fs::TMPFS, false, true, Some(Place::Container));
        check(fs::SQUASHFS, false, true, Some(Place::Machine));
        check(fs::SQUASHFS, false, false, Some(Place::Machine));
        check(fs::OVERLAY, true, true, Some(Place::Container));
        check(fs::OVERLAY, false, false, None);
    }
}
