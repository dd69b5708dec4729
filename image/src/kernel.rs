//! Builds the kernel and its modules from Debian's source and our fragments.
//!
//! The result is cached by everything that it depends on. Two builds are equal to the byte: user,
//! host and time are fixed, paths are mapped away, gcc's random seed is given, pahole runs with one
//! thread (the kernel's own rule where a time is given), and the module key is derived.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::cache::Cache;
use crate::digest;
use crate::fragments::Wishes;
use crate::inputs::{self, Input, Package, Policy};
use crate::modulekey;
use crate::progress::Stage;
use crate::run::Run;
use crate::workspace::Workspace;

/// The Debian package; its name holds the series.
pub(crate) const SOURCE: &str = "linux-source-6.12";

/// Version of the steps below. Raise it when a change of them changes the result.
const STEPS: &str = "1";

/// Files that depmod and the kernel leave beside the modules and that our loader does not read: the
/// binary indexes are kmod's own, symbols are resolved by the kernel, and the order is only of use
/// to depmod.
const LEFT_OUT: [&str; 8] = [
    "modules.alias.bin",
    "modules.builtin.alias.bin",
    "modules.builtin.bin",
    "modules.dep.bin",
    "modules.devname",
    "modules.order",
    "modules.symbols",
    "modules.symbols.bin",
];

/// A built kernel.
#[derive(Debug, Clone)]
pub(crate) struct Kernel {
    /// Its release, the name of the folder of its modules.
    pub(crate) release: String,
    /// The bootable image.
    pub(crate) vmlinuz: PathBuf,
    /// The resolved configuration.
    pub(crate) config: PathBuf,
    /// The folder with the modules and their indexes.
    pub(crate) modules: PathBuf,
    /// The source that it was really built from.
    pub(crate) source: Input,
}

/// The kernel, from the cache or built.
pub(crate) fn build(
    workspace: &Workspace,
    lock: &[Input],
    cache: &Cache,
    policy: &Policy,
) -> Result<Kernel> {
    let recipe = Recipe::load(workspace, lock, cache, policy)?;
    let key = recipe.key()?;
    let entry = cache.entry("kernel", &key, |result| compile(&recipe, cache, result))?;
    open(&entry, recipe.source.input)
}

/// Builds the kernel into `result`, a folder, without looking into the cache.
pub(crate) fn rebuild(
    workspace: &Workspace,
    lock: &[Input],
    cache: &Cache,
    policy: &Policy,
    result: &Path,
) -> Result<Kernel> {
    let recipe = Recipe::load(workspace, lock, cache, policy)?;
    compile(&recipe, cache, result)?;
    open(result, recipe.source.input)
}

/// All that the kernel depends on.
#[derive(Debug)]
struct Recipe {
    wishes: Wishes,
    source: Package,
}

impl Recipe {
    fn load(workspace: &Workspace, lock: &[Input], cache: &Cache, policy: &Policy) -> Result<Self> {
        let wishes = Wishes::load(&workspace.kernel_config())?;
        Ok(Self { wishes, source: inputs::fetch(lock, SOURCE, cache, policy)? })
    }

    /// The name of the result in the cache.
    fn key(&self) -> Result<String> {
        let tools = tools()?;
        Ok(digest::of_facts(&[
            ("steps", STEPS),
            ("source", &self.source.input.sha256),
            ("config", &self.wishes.render()),
            ("tools", &tools.join("\n")),
        ]))
    }

    /// The seed of the module key. Tools are not part of it: a kernel that another compiler built
    /// from the same inputs is the same kernel to whoever signs.
    fn seed(&self) -> String {
        digest::of_facts(&[
            ("source", &self.source.input.sha256),
            ("config", &self.wishes.render()),
        ])
    }
}

/// The versions of the tools whose output is in the result.
pub(crate) fn tools() -> Result<Vec<String>> {
    ["gcc", "ld", "pahole", "certtool"]
        .into_iter()
        .map(|tool| {
            let version = Run::new(tool)
                .arg("--version")
                .text()
                .with_context(|| format!("look for {tool}"))?;
            Ok(format!("{tool}: {}", version.lines().next().unwrap_or_default()))
        })
        .collect()
}

fn open(entry: &Path, source: Input) -> Result<Kernel> {
    let release = fs::read_to_string(entry.join("release"))
        .with_context(|| format!("read {}/release", entry.display()))?;
    Ok(Kernel {
        release: release.trim().to_owned(),
        vmlinuz: entry.join("vmlinuz"),
        config: entry.join("config"),
        modules: entry.join("modules"),
        source,
    })
}

/// Unpacks, configures, checks, compiles, and puts the result into the folder `result`.
fn compile(recipe: &Recipe, cache: &Cache, result: &Path) -> Result<()> {
    let scratch = cache.scratch()?;
    let stage = Stage::begin("kernel: unpack the source");
    let tree = unpack(&recipe.source, scratch.path())?;
    stage.end(&recipe.source.input.version);

    let stage = Stage::begin("kernel: configure");
    let config = configure(recipe, &tree)?;
    stage.end(&format!("{} options asked for, all there", recipe.wishes.len()));

    modulekey::write(&recipe.seed(), &tree.join("module-key.pem"))?;
    let mut stage = Stage::begin("kernel: compile");
    let mut files = 0_u32;
    make(&tree).args(["bzImage", "modules"]).lines(|line| {
        files += u32::from(line.starts_with("  "));
        stage.note(&format!("{files} steps"));
    })?;
    stage.end(&format!("{files} steps"));

    let stage = Stage::begin("kernel: install the modules");
    let release = make(&tree).args(["-s", "kernelrelease"]).text()?;
    let staging = scratch.path().join("staging");
    make(&tree)
        .arg("modules_install")
        .arg("INSTALL_MOD_STRIP=1")
        .arg(format!("INSTALL_MOD_PATH={}", staging.display()))
        .read()?;
    let modules = staging.join("lib/modules").join(&release);
    for name in LEFT_OUT {
        let path = modules.join(name);
        if path.exists() {
            fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
        }
    }
    let count = fs::read_to_string(modules.join("modules.dep"))
        .context("read modules.dep")?
        .lines()
        .count();
    fs::rename(&modules, result.join("modules")).context("keep the modules")?;
    let image = tree.join("arch/x86/boot/bzImage");
    fs::copy(&image, result.join("vmlinuz"))
        .with_context(|| format!("keep {}", image.display()))?;
    fs::write(result.join("config"), config).context("keep the configuration")?;
    fs::write(result.join("release"), &release).context("keep the release")?;
    stage.end(&format!("{release}, {count} modules"));
    Ok(())
}

/// Unpacks the package and the archive in it; returns the root of the kernel's sources.
fn unpack(source: &Package, dir: &Path) -> Result<PathBuf> {
    let package = dir.join("package");
    source.unpack(&package)?;
    let archive = package.join("usr/src").join(format!("{SOURCE}.tar.xz"));
    Run::new("tar").arg("-xf").arg(&archive).arg("-C").arg(dir).read()?;
    fs::remove_dir_all(&package).with_context(|| format!("remove {}", package.display()))?;
    Ok(dir.join(SOURCE))
}

/// Makes `.config` of the fragments and returns it.
fn configure(recipe: &Recipe, tree: &Path) -> Result<String> {
    let wishes = tree.join("holdfast.config");
    fs::write(&wishes, recipe.wishes.render())
        .with_context(|| format!("write {}", wishes.display()))?;
    make(tree).env("KCONFIG_ALLCONFIG", &wishes).args(["-s", "allnoconfig"]).read()?;
    let path = tree.join(".config");
    let config = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    recipe.wishes.check(&config)?;
    Ok(config)
}

/// `make` with what keeps the machine, the user and the day out of the result.
fn make(tree: &Path) -> Run {
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    // The seed feeds the latent entropy plugin, which otherwise draws one per file.
    let map = format!("-ffile-prefix-map={}=.", tree.display());
    Run::new("make")
        .dir(tree)
        .arg(format!("-j{jobs}"))
        .arg(format!("KCFLAGS={map} -frandom-seed=holdfast"))
        .arg(format!("KAFLAGS={map}"))
        .env("KBUILD_BUILD_TIMESTAMP", "Thu Jan 1 00:00:00 UTC 1970")
        .env("KBUILD_BUILD_USER", "holdfast")
        .env("KBUILD_BUILD_HOST", "holdfast")
        .env("KBUILD_BUILD_VERSION", "1")
        .without("MAKEFLAGS")
        .without("MFLAGS")
}
