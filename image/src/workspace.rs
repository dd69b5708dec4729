//! Where the sources are.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

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

    /// The repository's root folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The kernel's configuration fragments.
    pub(crate) fn kernel_config(&self) -> PathBuf {
        self.root.join("kernel-config")
    }

    /// The lock of the inputs from Debian.
    pub(crate) fn inputs_lock(&self) -> PathBuf {
        self.root.join("image/inputs.lock")
    }
}
