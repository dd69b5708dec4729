//! Files and folders: what `std::fs` lacks. `stat(2)`, `statfs(2)`, `xattr(7)`.
//!
//! Paths are taken as given; whether a path may be touched is the caller's matter.

mod atomic;
mod walk;

pub use atomic::write_atomic;
pub use walk::{Entry, Missed, Walk};

use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use rustix::process::{Gid, Uid};

use crate::error::{Calling, KernelError, Result};

/// `RAMFS_MAGIC` of `linux/magic.h`: the initramfs of a kernel without tmpfs.
pub const RAMFS: u64 = 0x8584_58f6;
/// `TMPFS_MAGIC`.
pub const TMPFS: u64 = 0x0102_1994;
/// `SQUASHFS_MAGIC`.
pub const SQUASHFS: u64 = 0x7371_7368;
/// `OVERLAYFS_SUPER_MAGIC`: the usual root of a container.
pub const OVERLAY: u64 = 0x794c_7630;
/// `CGROUP2_SUPER_MAGIC`.
pub const CGROUP2: u64 = 0x6367_7270;

/// The longest list of extended attributes, and the longest value of one (`XATTR_LIST_MAX`,
/// `XATTR_SIZE_MAX`).
const MAX_XATTR: usize = 64 << 10;

/// What kind of file system holds `path`: a magic number of `linux/magic.h`.
///
/// # Errors
/// When there is no such path.
pub fn magic(path: &Path) -> Result<u64> {
    let found = rustix::fs::statfs(path).calling("statfs", path.display())?;
    // Magic numbers are 32 bits wide; the signed word of the kernel's struct holds them unchanged.
    Ok(u64::from_ne_bytes(found.f_type.to_ne_bytes()) & 0xffff_ffff)
}

/// How large a file system is, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Size {
    /// All of it.
    pub total: u64,
    /// Not in use.
    pub free: u64,
    /// Of that, what a user other than root can have.
    pub available: u64,
}

/// The size of the file system that holds `path`.
///
/// # Errors
/// When there is no such path.
pub fn size(path: &Path) -> Result<Size> {
    let found = rustix::fs::statfs(path).calling("statfs", path.display())?;
    let block = u64::try_from(found.f_bsize).unwrap_or(0);
    let bytes = |blocks: u64| blocks.saturating_mul(block);
    Ok(Size {
        total: bytes(found.f_blocks),
        free: bytes(found.f_bfree),
        available: bytes(found.f_bavail),
    })
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    Regular,
    /// A folder.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A block device.
    BlockDevice,
    /// A character device.
    CharDevice,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
}

/// What `lstat(2)` says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// What it is.
    pub kind: Kind,
    /// Permission, set-ID and sticky bits, the low twelve of `st_mode`.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Size in bytes.
    pub size: u64,
    /// Space that it takes, in bytes.
    pub allocated: u64,
    /// Last change of the content, seconds since 1970, before which it is negative.
    pub modified: i64,
    /// The device that holds it.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
    /// How many names it has.
    pub links: u64,
    /// Where a symbolic link points.
    pub target: Option<PathBuf>,
}

/// Metadata of `path` itself, a symbolic link not followed.
///
/// # Errors
/// When there is no such path.
pub fn metadata(path: &Path) -> Result<Metadata> {
    let found = std::fs::symlink_metadata(path).calling("lstat", path.display())?;
    let kind = match rustix::fs::FileType::from_raw_mode(found.mode()) {
        rustix::fs::FileType::Directory => Kind::Directory,
        rustix::fs::FileType::Symlink => Kind::Symlink,
        rustix::fs::FileType::BlockDevice => Kind::BlockDevice,
        rustix::fs::FileType::CharacterDevice => Kind::CharDevice,
        rustix::fs::FileType::Fifo => Kind::Fifo,
        rustix::fs::FileType::Socket => Kind::Socket,
        rustix::fs::FileType::RegularFile | rustix::fs::FileType::Unknown => Kind::Regular,
    };
    let target = match kind {
        Kind::Symlink => std::fs::read_link(path).ok(),
        _ => None,
    };
    Ok(Metadata {
        kind,
        mode: found.mode() & 0o7777,
        uid: found.uid(),
        gid: found.gid(),
        size: found.size(),
        // st_blocks counts 512 bytes whatever the block size (stat(3type)).
        allocated: found.blocks().saturating_mul(512),
        modified: found.mtime(),
        device: found.dev(),
        inode: found.ino(),
        links: found.nlink(),
        target,
    })
}

/// An extended attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Xattr {
    /// Name with its class, `security.capability`.
    pub name: String,
    /// Value.
    pub value: Vec<u8>,
}

/// The extended attributes of `path` itself; empty where the file system has none.
///
/// # Errors
/// When there is no such path.
pub fn xattrs(path: &Path) -> Result<Vec<Xattr>> {
    let mut names = vec![0; MAX_XATTR];
    let length = match rustix::fs::llistxattr(path, names.as_mut_slice()) {
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => return Ok(Vec::new()),
        other => other.calling("llistxattr", path.display())?,
    };
    let mut found = Vec::new();
    for name in names
        .get(..length)
        .unwrap_or_default()
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
    {
        let mut value = vec![0; MAX_XATTR];
        // One that went away, or that only its owner may read, is left out.
        if let Ok(length) = rustix::fs::lgetxattr(path, name, value.as_mut_slice()) {
            value.truncate(length);
            found.push(Xattr { name: String::from_utf8_lossy(name).into_owned(), value });
        }
    }
    Ok(found)
}

/// The whole content of a file that must not be longer than `max` bytes. Works for `/proc`, whose
/// files have no size.
///
/// # Errors
/// [`KernelError::Form`] when it is longer; when it cannot be opened or read.
pub fn read_bounded(path: &Path, max: usize) -> Result<Vec<u8>> {
    let file = std::fs::File::open(path).calling("open", path.display())?;
    let mut content = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit).read_to_end(&mut content).calling("read", path.display())?;
    if content.len() > max {
        return Err(KernelError::form(path.display(), "longer than its bound"));
    }
    Ok(content)
}

/// Opens a regular file for reading. A read never waits for data that somebody may produce one day:
/// `/proc/kmsg` and the kernel's trace pipes answer with [`std::io::ErrorKind::WouldBlock`].
///
/// # Errors
/// [`KernelError::Form`] when the path leads to anything else; when it cannot be opened. Who must not
/// even open a device looks before.
pub fn open_regular(path: &Path) -> Result<std::fs::File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = rustix::fs::open(path, flags, Mode::empty()).calling("open", path.display())?;
    let file = std::fs::File::from(file);
    if !file.metadata().calling("fstat", path.display())?.is_file() {
        return Err(KernelError::form(path.display(), "not a regular file"));
    }
    Ok(file)
}

/// Makes a folder with exactly these permission bits; one that is there already is left as it is.
///
/// # Errors
/// When the parent is missing, or something other than a folder is in the way.
pub fn make_folder(path: &Path, mode: u32) -> Result<()> {
    let mode = Mode::from_bits_truncate(mode);
    match rustix::fs::mkdir(path, mode) {
        Ok(()) => {}
        Err(rustix::io::Errno::EXIST) if path.is_dir() => return Ok(()),
        Err(source) => return Err(source).calling("mkdir", path.display()),
    }
    // Whatever the umask has taken away.
    rustix::fs::chmod(path, mode).calling("chmod", path.display())
}

/// Makes a character device node; one that is there already is left as it is.
///
/// # Errors
/// Without `CAP_MKNOD`, or when the folder is missing.
pub fn make_char_device(path: &Path, mode: u32, major: u32, minor: u32) -> Result<()> {
    let device = rustix::fs::makedev(major, minor);
    let made = rustix::fs::mknodat(
        CWD,
        path,
        rustix::fs::FileType::CharacterDevice,
        Mode::from_bits_truncate(mode),
        device,
    );
    match made {
        Ok(()) | Err(rustix::io::Errno::EXIST) => Ok(()),
        Err(source) => Err(source).calling("mknod", path.display()),
    }
}

/// Gives a file, or a symbolic link itself, to another owner.
///
/// # Errors
/// Without `CAP_CHOWN`, or when there is no such path.
pub fn change_owner(path: &Path, uid: u32, gid: u32) -> Result<()> {
    let (uid, gid) = (Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)));
    rustix::fs::chownat(CWD, path, uid, gid, AtFlags::SYMLINK_NOFOLLOW)
        .calling("chown", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_file_systems() {
        assert_eq!(magic(Path::new("/proc")).unwrap(), 0x9fa0);
        let size = size(Path::new("/")).unwrap();
        assert!(size.total >= size.free && size.free >= size.available);
        assert!(magic(Path::new("/nonexistent")).unwrap_err().is_absent());
    }

    #[test]
    fn describes_files() {
        let null = metadata(Path::new("/dev/null")).unwrap();
        assert_eq!(null.kind, Kind::CharDevice);
        let link = metadata(Path::new("/proc/self")).unwrap();
        assert_eq!(link.kind, Kind::Symlink);
        assert_eq!(link.target, Some(PathBuf::from(std::process::id().to_string())));
    }

    #[test]
    fn bounds_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, "four").unwrap();
        assert_eq!(read_bounded(&path, 4).unwrap(), b"four");
        read_bounded(&path, 3).unwrap_err();
        assert!(!read_bounded(Path::new("/proc/version"), 4096).unwrap().is_empty());
    }

    #[test]
    fn opens_only_regular_files() {
        open_regular(Path::new("/proc/version")).unwrap();
        for path in ["/proc", "/dev/null", "/nonexistent"] {
            open_regular(Path::new(path)).unwrap_err();
        }
    }

    #[test]
    fn makes_folders_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("d");
        make_folder(&path, 0o777).unwrap();
        assert_eq!(metadata(&path).unwrap().mode, 0o777);
        make_folder(&path, 0o700).unwrap();
        assert_eq!(metadata(&path).unwrap().mode, 0o777);
    }

    #[test]
    fn lists_extended_attributes_or_none() {
        assert_eq!(xattrs(Path::new("/proc/version")).unwrap_or_default(), []);
        assert!(xattrs(Path::new("/nonexistent")).unwrap_err().is_absent());
    }
}
