//! Builds everything twice in different places and compares the results to the byte.

use std::path::Path;

use anyhow::{Result, bail};

use crate::build::Builder;
use crate::manifest::Artefact;
use crate::progress::{Stage, report};
use crate::{initramfs, kernel, oci, programs, squashfs};

/// Compares two builds, of the kernel too if `with_kernel`; otherwise both use the cached one.
///
/// # Errors
/// Names the artefacts that differ, after printing all hashes.
pub(crate) fn run(builder: &Builder, with_kernel: bool) -> Result<()> {
    let scratch = builder.cache.scratch()?;
    let first = build(builder, with_kernel, &scratch.path().join("a"), "target")?;
    // Other folders for the sources and the compiler, of another length: a path that leaks shifts
    // what follows.
    let elsewhere = Builder {
        workspace: builder.workspace.copy(&scratch.path().join("copy"))?,
        ..builder.clone()
    };
    let second = build(
        &elsewhere,
        with_kernel,
        &scratch.path().join("second"),
        "target-for-the-second-build",
    )?;
    let mut different = Vec::new();
    for (a, b) in first.iter().zip(&second) {
        report(&a.line());
        if a != b {
            report(&format!("{}  differs", b.line()));
            different.push(a.name());
        }
    }
    if first.len() != second.len() {
        bail!("the builds have {} and {} files", first.len(), second.len());
    }
    if !different.is_empty() {
        bail!("not reproducible: {}", different.join(", "));
    }
    report(&format!("reproducible: {} files are equal in two builds", first.len()));
    Ok(())
}

/// One build of everything below `dir`, with cargo's folder `target` of the cache.
fn build(builder: &Builder, with_kernel: bool, dir: &Path, target: &str) -> Result<Vec<Artefact>> {
    std::fs::create_dir_all(dir)?;
    let mut results = Vec::new();
    let kernel = if with_kernel {
        let place = dir.join("kernel");
        std::fs::create_dir(&place)?;
        let kernel = kernel::rebuild(
            &builder.workspace,
            &builder.lock,
            &builder.cache,
            &builder.policy,
            &place,
        )?;
        results.push(Artefact::measure("vmlinuz", &kernel.vmlinuz)?);
        kernel
    } else {
        builder.kernel()?
    };
    let programs = programs::build(&builder.workspace, &builder.cache.folder(target)?)?;
    results.push(Artefact::measure("holdfast", &programs.holdfast)?);
    results.push(Artefact::measure("init", &programs.init)?);
    // The modules are in the root, and so compared with it.
    let (root, _) = builder.root(&programs, &kernel)?;

    let stage = Stage::begin("pack");
    let path = |name: &str| dir.join(name);
    squashfs::write(&root, &path("rootfs.sqsh"))?;
    initramfs::write(&programs, &path("rootfs.sqsh"), &path("initramfs.img"))?;
    oci::write(&root, dir, &path("holdfast-oci.tar"))?;
    for name in ["rootfs.sqsh", "initramfs.img", "holdfast-oci.tar"] {
        results.push(Artefact::measure(name, &path(name))?);
    }
    stage.end("");
    Ok(results)
}
