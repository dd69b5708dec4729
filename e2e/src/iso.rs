//! An ISO image with a configuration, as a machine without a network finds it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::program::{SHORT, command, run};

/// The label that the platform `metal` looks for.
const LABEL: &str = "metal-iso";

/// Writes `configuration` as `config.yaml` into an ISO image in `dir`.
///
/// # Errors
/// xorriso is missing or refuses.
pub fn with_config(dir: &Path, configuration: &Path) -> Result<PathBuf> {
    let content = dir.join("iso");
    fs::create_dir_all(&content).with_context(|| format!("make {}", content.display()))?;
    fs::copy(configuration, content.join("config.yaml"))
        .with_context(|| format!("copy {}", configuration.display()))?;
    let image = dir.join("config.iso");
    let mut xorriso = command("xorriso");
    xorriso
        .args(["-as", "mkisofs", "-quiet", "-J", "-r", "-V", LABEL, "-o"])
        .arg(&image)
        .arg(content);
    run(xorriso, SHORT)?.ok().context("xorriso")?;
    Ok(image)
}
