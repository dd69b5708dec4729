//! Sizes of what was built.

use std::process::Command;

use anyhow::{Context as _, Result};
use e2e::artefacts::Artefacts;
use e2e::program::{SHORT, command, run};

/// Sizes in bytes.
#[derive(Debug)]
pub(crate) struct Sizes {
    /// Name and size of each artefact and program, in the manifest's order.
    pub(crate) files: Vec<(String, u64)>,
    /// The programs of the node alone, as a SquashFS of the same making.
    pub(crate) programs_packed: u64,
    /// ELF programs in the root, told by `image`'s own audit.
    pub(crate) programs: usize,
}

impl Sizes {
    /// The size of one file.
    pub(crate) fn of(&self, name: &str) -> Result<u64> {
        let found = self.files.iter().find(|(file, _)| file == name);
        found.map(|(_, size)| *size).with_context(|| format!("the manifest has no {name}"))
    }
}

/// Reads the manifest, and packs the programs once more by themselves.
pub(crate) fn measure(artefacts: &Artefacts) -> Result<Sizes> {
    let mut files = Vec::new();
    for list in ["programs", "artefacts"] {
        for file in artefacts.manifest[list].as_array().context("a list of the manifest")? {
            let name = file["name"].as_str().context("a name")?;
            files.push((name.to_owned(), file["size"].as_u64().context("a size")?));
        }
    }
    let scratch = tempfile::tempdir().context("make a folder")?;
    let root = scratch.path().join("root");
    // The program as it is in the root that nodes boot.
    let mut unpack = command("unsquashfs");
    unpack.args(["-quiet", "-no-progress", "-d"]).arg(&root);
    unpack.arg(artefacts.kernel.with_file_name("rootfs.sqsh")).arg("usr/bin");
    done(unpack)?;
    let packed = scratch.path().join("programs.sqsh");
    let mut pack = command("mksquashfs");
    pack.arg(root.join("usr/bin")).arg(&packed).args(["-quiet", "-no-progress", "-comp", "zstd"]);
    pack.args(["-Xcompression-level", "19", "-b", "256K"]);
    done(pack)?;
    let programs = std::fs::read_dir(root.join("usr/bin"))?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .count();
    let programs_packed = packed.metadata().context("the packed programs")?.len();
    Ok(Sizes { files, programs_packed, programs })
}

fn done(command: Command) -> Result<()> {
    run(command, SHORT)?.ok().map(|_| ())
}
