//! Where the sources are.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::run::Run;

/// The root of this repository's sources.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Looks from the current folder upwards for the one that holds `kernel-config/` and `Cargo.toml`.
    pub(crate) fn find() -> Result<Self> {
        let here = std::env::current_dir().context("find the current folder")?;
        here.ancestors()
            .find(|dir| dir.join("kernel-config").is_dir() && dir.join("Cargo.toml").is_file())
            .map(|dir| Self { root: dir.to_owned() })
            .with_context(|| format!("{} is not inside the sources of Holdfast", here.display()))
    }

    /// Copies the sources that git knows, as they are in the work tree, into the new folder `dir`.
    pub(crate) fn copy(&self, dir: &Path) -> Result<Self> {
        let files = Run::new("git").dir(&self.root).args(["ls-files", "-z"]).text()?;
        for name in files.split_terminator('\0') {
            let (from, to) = (self.root.join(name), dir.join(name));
            if !from.exists() {
                continue;
            }
            let parent = to.parent().unwrap_or(dir);
            fs::create_dir_all(parent).with_context(|| format!("make {}", parent.display()))?;
            fs::copy(&from, &to).with_context(|| format!("copy {}", from.display()))?;
        }
        Ok(Self { root: dir.to_owned() })
    }

    /// The repository's root folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The kernel's configuration fragments.
    pub(crate) fn kernel_config(&self) -> PathBuf {
        self.root.join("kernel-config")
    }

    /// The modules that programs of others are built by.
    pub(crate) fn third_party(&self) -> PathBuf {
        self.root.join("image/third_party")
    }

    /// The lock of the inputs from Debian.
    pub(crate) fn inputs_lock(&self) -> PathBuf {
        self.root.join("image/inputs.lock")
    }
}
