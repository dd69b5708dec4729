//! What was built: the folder `out` of the image, and osctl.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::program::{command, run};

/// For cargo to build the client, with nothing compiled.
const BUILD: Duration = Duration::from_secs(1200);

/// The artefacts of one build.
#[derive(Debug, Clone)]
pub struct Artefacts {
    /// The kernel.
    pub kernel: PathBuf,
    /// The initramfs with the root inside.
    pub initramfs: PathBuf,
    /// The root for Docker.
    pub oci: PathBuf,
    /// The client, built from the same sources.
    pub osctl: PathBuf,
    /// `manifest.json`.
    pub manifest: Value,
    /// Where logs of failed tests are kept.
    pub logs: PathBuf,
}

impl Artefacts {
    /// The artefacts in `$HOLDFAST_OUT`, or in `out` beside this crate, and osctl by
    /// `$HOLDFAST_OSCTL`, or as cargo builds it.
    ///
    /// # Errors
    /// Something has not been built; says what, and how to.
    pub fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the repository")?;
        let out = std::env::var_os("HOLDFAST_OUT").map_or_else(|| root.join("out"), PathBuf::from);
        let file = |name: &str| {
            let path = out.join(name);
            if path.is_file() {
                Ok(path)
            } else {
                bail!("{}: not built; run `make image`", path.display())
            }
        };
        let manifest = fs::read_to_string(file("manifest.json")?).context("read the manifest")?;
        let osctl = match std::env::var_os("HOLDFAST_OSCTL") {
            Some(path) => PathBuf::from(path),
            None => build_osctl(root)?,
        };
        let logs = out.join("logs");
        fs::create_dir_all(&logs).with_context(|| format!("make {}", logs.display()))?;
        Ok(Self {
            kernel: file("vmlinuz")?,
            initramfs: file("initramfs.img")?,
            oci: file("holdfast-oci.tar")?,
            osctl,
            manifest: serde_json::from_str(&manifest).context("read the manifest")?,
            logs,
        })
    }

    /// A text of the manifest.
    ///
    /// # Errors
    /// The manifest does not have it.
    pub fn fact(&self, name: &str) -> Result<&str> {
        self.manifest[name].as_str().with_context(|| format!("the manifest has no {name}"))
    }

    /// Keeps `text` for whoever looks at a failure, and says where.
    pub fn keep(&self, name: &str, text: &str) -> String {
        let path = self.logs.join(name);
        match fs::write(&path, text) {
            Ok(()) => format!("kept in {}", path.display()),
            Err(error) => format!("{}: {error}\n{text}", path.display()),
        }
    }
}

/// Builds the client and returns its path, as cargo tells it.
fn build_osctl(root: &Path) -> Result<PathBuf> {
    let mut cargo = command("cargo");
    cargo.current_dir(root).args(["build", "--locked", "--package", "osctl", "--bin", "osctl"]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    let text = run(cargo, BUILD)?.ok().context("build osctl")?;
    let path = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .next_back();
    path.context("cargo did not say where osctl is")
}
