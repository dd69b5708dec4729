//! Replacing a file so that after a crash either the old content or the new is there, whole.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use rustix::fs::{Mode, OFlags};

use crate::error::{Calling, KernelError, Result};

/// What the file is called until it is complete; in the same folder, so that the rename stays on
/// one file system.
const SUFFIX: &str = ".new";

/// Writes `content` to `path` with exactly these permission bits, in place of what was there.
///
/// Writes a file beside it, syncs, renames over the old one, syncs the folder. One writer per path
/// at a time; a remainder of an interrupted write is written over.
///
/// # Errors
/// With the step that was refused; then the old content is still there.
pub fn write_atomic(path: &Path, content: &[u8], mode: u32) -> Result<()> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(KernelError::form(path.display(), "not a path of a file"));
    };
    let mut new_name = name.to_owned();
    new_name.push(SUFFIX);
    let new = folder.join(new_name);

    let written = write_synced(&new, content, Mode::from_bits_truncate(mode));
    let renamed =
        written.and_then(|()| rustix::fs::rename(&new, path).calling("rename", path.display()));
    if let Err(error) = renamed {
        // Half of a file is of no use to anybody.
        rustix::fs::unlink(&new).ok();
        return Err(error);
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let opened =
        rustix::fs::open(folder, flags, Mode::empty()).calling("open", folder.display())?;
    rustix::fs::fsync(opened).calling("fsync", folder.display())
}

fn write_synced(path: &Path, content: &[u8], mode: Mode) -> Result<()> {
    let flags =
        OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    // Nobody else can open it before its mode is in place.
    let file =
        rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR).calling("open", path.display())?;
    rustix::fs::fchmod(&file, mode).calling("fchmod", path.display())?;
    let mut file = File::from(file);
    file.write_all(content).calling("write", path.display())?;
    file.sync_all().calling("fsync", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::metadata;

    #[test]
    fn replaces_content_and_mode_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.yaml");
        write_atomic(&path, b"one", 0o644).unwrap();
        write_atomic(&path, b"two", 0o600).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(metadata(&path).unwrap().mode, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_refused_write_keeps_the_old() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        std::fs::create_dir(&path).unwrap();
        let error = write_atomic(&path, b"x", 0o600).unwrap_err();
        assert!(error.to_string().starts_with("rename "));
        assert!(path.is_dir());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        write_atomic(Path::new("/nonexistent/x"), b"x", 0o600).unwrap_err();
    }
}
