//! A list of files that may be opened: `landlock(7)`.

use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetError, RulesetStatus,
};

use crate::error::{KernelError, Result};

/// The newest set of file rights that is asked for; a kernel that has fewer enforces those it has.
const RIGHTS: ABI = ABI::V6;

/// What may be done at and below a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// Read files and folders.
    Read,
    /// Everything.
    Write,
}

/// How much of a restriction the kernel enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforced {
    /// All that was asked for.
    Fully,
    /// An older kernel enforces the part that it knows.
    Partly,
    /// The kernel has no Landlock, or it is off.
    Not,
}

/// Lets the calling thread, and those it makes from now on, open nothing but what is at and below
/// these paths.
///
/// Descriptors that are open already stay usable. Sets `no_new_privs`. A path that does not exist
/// is passed over. The result says what the kernel makes of it, for the caller to log or to refuse.
///
/// # Errors
/// When the kernel has Landlock but refuses the rules.
pub fn allow_only(paths: &[(&Path, May)]) -> Result<Enforced> {
    restrict(paths)
        .map_err(|source| KernelError::call("landlock", "files", std::io::Error::other(source)))
}

fn restrict(paths: &[(&Path, May)]) -> std::result::Result<Enforced, RulesetError> {
    let mut ruleset = Ruleset::default().handle_access(AccessFs::from_all(RIGHTS))?.create()?;
    for (path, may) in paths {
        let Ok(folder) = PathFd::new(path) else { continue };
        let mut rights = match may {
            May::Read => AccessFs::from_read(RIGHTS),
            May::Write => AccessFs::from_all(RIGHTS),
        };
        if !path.is_dir() {
            rights &= AccessFs::from_file(RIGHTS);
        }
        ruleset = ruleset.add_rule(PathBeneath::new(folder, rights))?;
    }
    Ok(match ruleset.restrict_self()?.ruleset {
        RulesetStatus::FullyEnforced => Enforced::Fully,
        RulesetStatus::PartiallyEnforced => Enforced::Partly,
        RulesetStatus::NotEnforced => Enforced::Not,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_files_open_in_this_thread_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (open, shut) = (folder.path().join("open"), folder.path().join("shut"));
        std::fs::write(&open, "x").unwrap();
        std::fs::write(&shut, "x").unwrap();
        let inside = (open.clone(), shut.clone());
        let restricted = move || {
            let (open, shut) = inside;
            if allow_only(&[(&open, May::Read)]).unwrap() == Enforced::Not {
                println!("skipped: this kernel has no Landlock");
                return;
            }
            assert_eq!(std::fs::read(&open).unwrap(), b"x");
            std::fs::write(&open, "y").unwrap_err();
            assert_eq!(
                std::fs::read(&shut).unwrap_err().kind(),
                std::io::ErrorKind::PermissionDenied
            );
        };
        std::thread::spawn(restricted).join().unwrap();
        assert_eq!(std::fs::read(&shut).unwrap(), b"x");
    }
}
