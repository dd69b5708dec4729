//! Builds the node's programs with cargo.
//!
//! Two builds in different folders are equal: cargo names our own sources by their path inside the
//! workspace, and every other path of the builder is mapped to a fixed name, for rustc and for the C
//! compiler that some crates call. The workspace is not in those maps, which are part of what cargo
//! tells builds apart by: clones that share a target folder share its dependencies.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use crate::progress::Stage;
use crate::run::Run;
use crate::workspace::Workspace;

/// The target that `.cargo/config.toml` links statically.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The built programs.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    /// The multi-call executable of the root.
    pub(crate) holdfast: PathBuf,
    /// The small PID 1 of the initramfs.
    pub(crate) init: PathBuf,
}

/// Builds the programs for release in the target folder `target`.
pub(crate) fn build(workspace: &Workspace, target: &Path) -> Result<Programs> {
    let mut stage = Stage::begin("programs: compile");
    let maps = maps(workspace, target)?;
    let flags: Vec<String> =
        maps.iter().map(|(from, to)| format!("--remap-path-prefix={from}={to}")).collect();
    let c_flags = maps
        .iter()
        .map(|(from, to)| format!("-ffile-prefix-map={from}={to}"))
        .collect::<Vec<_>>()
        .join(" ");
    // Cargo joins this list with the one of .cargo/config.toml; the variable RUSTFLAGS would replace
    // it, and with it the static linking.
    let config = format!("target.{TARGET}.rustflags={}", json!(flags));
    let mut crates = 0_u32;
    Run::new("cargo")
        .dir(workspace.root())
        .args(["build", "--locked", "--release", "--target", TARGET, "--config", &config])
        .args(["-p", "holdfast", "-p", "init", "--bin", "holdfast", "--bin", "init"])
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_TERM_PROGRESS_WHEN", "never")
        .env("CFLAGS", &c_flags)
        .env("CXXFLAGS", &c_flags)
        .without("RUSTFLAGS")
        .without("CARGO_ENCODED_RUSTFLAGS")
        .without("CARGO_BUILD_RUSTFLAGS")
        .lines(|line| {
            crates += u32::from(line.contains("Compiling"));
            stage.note(&format!("{crates} crates"));
        })?;
    stage.end(&format!("{crates} crates"));
    let dir = target.join(TARGET).join("release");
    Ok(Programs { holdfast: dir.join("holdfast"), init: dir.join("init") })
}

/// The paths that must not be seen in the result, with what stands for them. Of several that fit,
/// rustc takes the last.
fn maps(workspace: &Workspace, target: &Path) -> Result<Vec<(String, &'static str)>> {
    let sysroot = Run::new("rustc").dir(workspace.root()).args(["--print", "sysroot"]).text()?;
    let cargo = match std::env::var_os("CARGO_HOME") {
        Some(dir) => PathBuf::from(dir),
        None => {
            PathBuf::from(std::env::var_os("HOME").context("find cargo's folder: HOME is not set")?)
                .join(".cargo")
        }
    };
    let text = |path: &Path| path.display().to_string();
    Ok(vec![(sysroot, "/rust"), (text(&cargo), "/cargo"), (text(target), "/target")])
}
