//! Control groups: `cgroups(7)`, kernel documentation `admin-guide/cgroup-v2`.
//!
//! Version 2 alone; of version 1 only that it is there is known. How much a group may have is the
//! caller's matter.

use std::path::{Path, PathBuf};

use crate::error::{Calling, KernelError, Result};
use crate::fs::{self, read_bounded};

/// Where the hierarchy is mounted, by convention everywhere.
pub const ROOT: &str = "/sys/fs/cgroup";

/// The files of a group are a few lines.
const MAX_FILE: usize = 64 << 10;

/// What control groups a machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The unified hierarchy.
    V2,
    /// Several hierarchies.
    V1,
    /// Nothing is mounted at [`ROOT`].
    None,
}

/// What is mounted at [`ROOT`].
#[must_use]
pub fn detect() -> Version {
    let root = Path::new(ROOT);
    match fs::magic(root) {
        Ok(fs::CGROUP2) => Version::V2,
        // A tmpfs that holds a folder for each hierarchy.
        Ok(fs::TMPFS) if root.join("memory").is_dir() => Version::V1,
        _ => Version::None,
    }
}

/// A control group, a folder of the hierarchy. The value does not hold it: the group stays until it
/// is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    path: PathBuf,
}

impl Group {
    /// The group at `path` below the root, which `""` or `/` is itself. Whether it exists is not
    /// looked at.
    ///
    /// # Errors
    /// [`KernelError::Form`] for a path that leaves the hierarchy.
    pub fn at(path: &str) -> Result<Self> {
        let relative = Path::new(path.trim_start_matches('/'));
        let inside =
            relative.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        if !inside {
            return Err(KernelError::form(path, "not a path of a group"));
        }
        Ok(Self { path: Path::new(ROOT).join(relative) })
    }

    /// Its folder, for [`crate::process::Spec`].
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes it, and the groups above it that are missing; one that is there already is left as it
    /// is.
    ///
    /// # Errors
    /// When the hierarchy is not mounted or is read-only.
    pub fn create(&self) -> Result<()> {
        std::fs::create_dir_all(&self.path).calling("mkdir", self.path.display())
    }

    /// The controllers that it could give to the groups below it.
    ///
    /// # Errors
    /// When there is no such group.
    pub fn controllers(&self) -> Result<Vec<String>> {
        Ok(self.read("cgroup.controllers")?.split_ascii_whitespace().map(String::from).collect())
    }

    /// Gives these controllers to the groups below it.
    ///
    /// # Errors
    /// When one is missing here, or, below the root, while it has processes of its own.
    pub fn enable(&self, controllers: &[&str]) -> Result<()> {
        let text: Vec<String> = controllers.iter().map(|name| format!("+{name}")).collect();
        self.write("cgroup.subtree_control", &text.join(" "))
    }

    /// Puts a process into it.
    ///
    /// # Errors
    /// When there is no such process, or the group gives controllers to groups below it.
    pub fn add(&self, pid: u32) -> Result<()> {
        self.write("cgroup.procs", &pid.to_string())
    }

    /// The processes in it, without those of the groups below.
    ///
    /// # Errors
    /// When there is no such group.
    pub fn processes(&self) -> Result<Vec<u32>> {
        Ok(self.read("cgroup.procs")?.lines().filter_map(|line| line.parse().ok()).collect())
    }

    /// Ends every process in it and below it with `SIGKILL`, those being made this moment included
    /// (Linux 5.14).
    ///
    /// # Errors
    /// When there is no such group, or for the root.
    pub fn kill(&self) -> Result<()> {
        self.write("cgroup.kill", "1")
    }

    /// Whether a process is in it or below it.
    ///
    /// # Errors
    /// When there is no such group, or for the root.
    pub fn populated(&self) -> Result<bool> {
        Ok(self.read("cgroup.events")?.lines().any(|line| line == "populated 1"))
    }

    /// Sets a limit or weight: `("memory.max", "64M")`.
    ///
    /// # Errors
    /// When the controller is not enabled here, or refuses the value.
    pub fn set(&self, file: &str, value: &str) -> Result<()> {
        self.write(file, value)
    }

    /// Memory in use, in bytes; `None` where the memory controller is not enabled.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn memory_current(&self) -> Result<Option<u64>> {
        self.number("memory.current")
    }

    /// The most memory that was ever in use, in bytes; `None` before Linux 5.19 or where the
    /// controller is not enabled.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn memory_peak(&self) -> Result<Option<u64>> {
        self.number("memory.peak")
    }

    /// Removes it, which must have no process and no group below it.
    ///
    /// # Errors
    /// With kind `ResourceBusy` while it has.
    pub fn remove(&self) -> Result<()> {
        std::fs::remove_dir(&self.path).calling("rmdir", self.path.display())
    }

    fn number(&self, file: &str) -> Result<Option<u64>> {
        match self.read(file) {
            Err(error) if error.is_absent() => Ok(None),
            other => Ok(other?.trim().parse().ok()),
        }
    }

    fn read(&self, file: &str) -> Result<String> {
        let bytes = read_bounded(&self.path.join(file), MAX_FILE)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn write(&self, file: &str, value: &str) -> Result<()> {
        let path = self.path.join(file);
        std::fs::write(&path, value).calling("write", path.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_in_the_hierarchy() {
        assert_eq!(Group::at("/a/b").unwrap().path(), Path::new("/sys/fs/cgroup/a/b"));
        assert_eq!(Group::at("").unwrap(), Group::at("/").unwrap());
        Group::at("a/../../b").unwrap_err();
        Group::at("./a").unwrap_err();
    }
}
