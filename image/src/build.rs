//! From a verb to its artefacts: which parts are needed, in which order.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::cache::Cache;
use crate::cli::{Cli, Verb};
use crate::inputs::{self, Input, Policy};
use crate::kernel::{self, Kernel};
use crate::manifest::{Artefact, Manifest};
use crate::programs::{self, Programs};
use crate::progress::{self, Stage};
use crate::third_party::Shop;
use crate::tree::Tree;
use crate::workspace::Workspace;
use crate::{initramfs, oci, rootfs, squashfs, verify};

/// Does what the command line asks for.
pub(crate) fn run(cli: &Cli) -> Result<()> {
    let builder = Builder::new(cli)?;
    match &cli.verb {
        Verb::UpdateInputs => inputs::update(&builder.workspace.inputs_lock()),
        Verb::VerifyReproducible { kernel } => verify::run(&builder, *kernel),
        Verb::ThirdParty { names, verify: true, .. } => Shop::open(&builder)?.verify(names),
        Verb::ThirdParty { names, tidy: true, .. } => Shop::open(&builder)?.tidy(names),
        Verb::ThirdParty { names, .. } => builder.third_party(names, cli),
        verb => builder.make(verb, cli),
    }
}

/// What every part of a build needs.
#[derive(Debug, Clone)]
pub(crate) struct Builder {
    pub(crate) workspace: Workspace,
    pub(crate) cache: Cache,
    pub(crate) lock: Vec<Input>,
    pub(crate) policy: Policy,
}

impl Builder {
    fn new(cli: &Cli) -> Result<Self> {
        let workspace = Workspace::find()?;
        let policy = match cli.locked {
            true => Policy::Locked { mirror: cli.snapshot_mirror.clone() },
            false => Policy::Current,
        };
        Ok(Self {
            lock: inputs::load(&workspace.inputs_lock())?,
            cache: Cache::of_user()?,
            workspace,
            policy,
        })
    }

    /// Builds what `verb` names into the output folder, prints what came out, and writes the manifest.
    fn make(&self, verb: &Verb, cli: &Cli) -> Result<()> {
        fs::create_dir_all(&cli.out).with_context(|| format!("make {}", cli.out.display()))?;
        let mut output = Output { dir: cli.out.clone(), manifest: Manifest::new() };
        let kernel = self.kernel()?;
        output.manifest.kernel(&kernel.release, &kernel.source, kernel::tools()?);
        if matches!(verb, Verb::Kernel | Verb::All) {
            output.copy("vmlinuz", &kernel.vmlinuz)?;
            output.copy("kernel.config", &kernel.config)?;
        }
        if *verb != Verb::Kernel {
            let programs = programs::build(&self.workspace, &self.cache.folder("target")?)?;
            output.manifest.program(Artefact::measure("holdfast", &programs.holdfast)?);
            output.manifest.program(Artefact::measure("init", &programs.init)?);
            let (root, certificates) = self.root(&programs, &kernel)?;
            output.manifest.input(&certificates);
            self.pack(verb, &programs, &root, &mut output)?;
        }
        output.publish(&cli.out.join("manifest.json"), cli)
    }

    /// Builds parts of others into `third-party/` of the output folder, with their own manifest: that
    /// of `all` stays as it is.
    fn third_party(&self, names: &[String], cli: &Cli) -> Result<()> {
        let parts = Shop::open(self)?.parts(names)?;
        let dir = cli.out.join("third-party");
        fs::create_dir_all(&dir).with_context(|| format!("make {}", dir.display()))?;
        let mut output = Output { dir, manifest: Manifest::new() };
        for (name, path) in parts.iter().flat_map(|part| &part.programs) {
            output.copy(name, path)?;
        }
        output.publish(&cli.out.join("third-party.json"), cli)
    }

    fn pack(
        &self,
        verb: &Verb,
        programs: &Programs,
        root: &Tree,
        output: &mut Output,
    ) -> Result<()> {
        if matches!(verb, Verb::Rootfs | Verb::Initramfs | Verb::All) {
            output.write("rootfs.sqsh", |path| squashfs::write(root, path))?;
        }
        if matches!(verb, Verb::Initramfs | Verb::All) {
            let rootfs = output.dir.join("rootfs.sqsh");
            output.write("initramfs.img", |path| initramfs::write(programs, &rootfs, path))?;
        }
        if matches!(verb, Verb::Oci | Verb::All) {
            let scratch = self.cache.scratch()?;
            output.write("holdfast-oci.tar", |path| oci::write(root, scratch.path(), path))?;
        }
        Ok(())
    }

    /// The kernel, from the cache or built.
    pub(crate) fn kernel(&self) -> Result<Kernel> {
        kernel::build(&self.workspace, &self.lock, &self.cache, &self.policy)
    }

    /// The root with these programs, and the input of its certificates.
    pub(crate) fn root(&self, programs: &Programs, kernel: &Kernel) -> Result<(Tree, Input)> {
        rootfs::tree(programs, kernel, &self.lock, &self.cache, &self.policy)
    }
}

/// The output folder and the manifest of what is written to it.
#[derive(Debug)]
struct Output {
    dir: PathBuf,
    manifest: Manifest,
}

impl Output {
    /// Writes the artefact `name` by `write`, as one stage. It is written aside and renamed, so that
    /// a machine that runs from the old one is not pulled from under its feet.
    fn write(&mut self, name: &str, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let stage = Stage::begin(format!("write {name}"));
        let (path, aside) = (self.dir.join(name), self.dir.join(format!(".{name}.new")));
        write(&aside)?;
        fs::rename(&aside, &path).with_context(|| format!("rename to {}", path.display()))?;
        let artefact = Artefact::measure(name, &path)?;
        stage.end("");
        self.manifest.artefact(artefact);
        Ok(())
    }

    /// Writes the manifest to `path` and shows it.
    fn publish(&self, path: &Path, cli: &Cli) -> Result<()> {
        self.manifest.write(path)?;
        for line in self.manifest.lines() {
            progress::report(&line);
        }
        if cli.json {
            progress::output(&self.manifest.json()?)?;
        }
        Ok(())
    }

    fn copy(&mut self, name: &str, from: &Path) -> Result<()> {
        self.write(name, |path| {
            fs::copy(from, path).map(|_| ()).with_context(|| format!("copy {}", from.display()))
        })
    }
}
