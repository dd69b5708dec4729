//! Builds the programs of others: Kubernetes, containerd, runc, etcd, the CNI plugins, flannel,
//! CoreDNS.
//!
//! Each part is a small Go module of ours under `image/third_party/` that requires the real one; its
//! go.sum pins every source by hash, `versions.yaml` says which version it is, [`recipe`] how it is
//! compiled. A result is cached by all that it depends on, as the kernel is. The root does not hold
//! them yet.

mod borrow;
mod go;
mod recipe;
mod versions;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::build::Builder;
use crate::digest;
use crate::inputs;
use crate::manifest::Artefact;
use crate::progress::{self, Stage, report};
use crate::run::Run;
use go::{Build, Go};
use recipe::{C, RECIPES, Recipe};
use versions::{Pin, Versions};

/// Version of the steps below. Raise it when a change of them changes a result.
const STEPS: &str = "1";

/// The Debian package with the library that runc is linked with.
const SECCOMP: &str = "libseccomp-dev";

/// A part that is built.
#[derive(Debug, Clone)]
pub(crate) struct Built {
    /// Its programs, by name.
    pub(crate) programs: Vec<(&'static str, PathBuf)>,
}

impl Built {
    /// The programs with size and hash.
    pub(crate) fn measure(&self) -> Result<Vec<Artefact>> {
        self.programs.iter().map(|(name, path)| Artefact::measure(name, path)).collect()
    }
}

/// Where parts are built.
#[derive(Debug)]
pub(crate) struct Shop<'a> {
    builder: &'a Builder,
    /// `image/third_party`.
    folder: PathBuf,
    versions: Versions,
    go: Go,
}

impl<'a> Shop<'a> {
    /// Reads the versions and looks for Go.
    pub(crate) fn open(builder: &'a Builder) -> Result<Self> {
        let folder = builder.workspace.third_party();
        let versions = Versions::load(&folder)?;
        let go = Go::find(&versions.go)?;
        Ok(Self { builder, folder, versions, go })
    }

    /// The parts with these names, from the cache or built; all of them if there are no names.
    pub(crate) fn parts(&self, names: &[String]) -> Result<Vec<Built>> {
        choose(names)?.into_iter().map(|recipe| self.part(recipe)).collect()
    }

    /// Builds each part anew in a folder of its own, with nothing compiled before, and compares it
    /// to the byte with the one in the cache.
    ///
    /// # Errors
    /// Names the programs that differ.
    pub(crate) fn verify(&self, names: &[String]) -> Result<()> {
        let mut different = Vec::new();
        for recipe in choose(names)? {
            let first = self.part(recipe)?.measure()?;
            let scratch = self.builder.cache.scratch()?;
            // Of another length than the cache's path: a path that leaks shifts what follows.
            let result = scratch.path().join("second-result-of-the-part");
            fs::create_dir(&result).with_context(|| format!("make {}", result.display()))?;
            let go = self.go.afresh(&scratch.path().join("compiled"));
            self.build(recipe, &go, &result)?;
            for (a, b) in first.iter().zip(&open(recipe, &result).measure()?) {
                report(&a.line());
                if a != b {
                    report(&format!("{}  differs", b.line()));
                    different.push(a.name().to_owned());
                }
            }
        }
        if !different.is_empty() {
            bail!("not reproducible: {}", different.join(", "));
        }
        report("reproducible: all are equal in two builds");
        Ok(())
    }

    /// Writes go.mod and go.sum of each part anew from what its sources import.
    pub(crate) fn tidy(&self, names: &[String]) -> Result<()> {
        for recipe in choose(names)? {
            let stage = Stage::begin(format!("{}: tidy", recipe.name));
            let scratch = self.builder.cache.scratch()?;
            let dir = self.workplace(recipe, &self.go, scratch.path())?;
            self.go.run(&dir).args(["mod", "tidy"]).read()?;
            for file in ["go.mod", "go.sum"] {
                let place = self.folder.join(recipe.name).join(file);
                fs::copy(dir.join(file), &place)
                    .with_context(|| format!("copy to {}", place.display()))?;
            }
            stage.end("");
        }
        Ok(())
    }

    fn part(&self, recipe: &'static Recipe) -> Result<Built> {
        let key = self.key(recipe)?;
        let mut is_new = false;
        let entry = self.builder.cache.entry("third-party", &key, |result| {
            is_new = true;
            self.build(recipe, &self.go, result)
        })?;
        if !is_new {
            Stage::begin(format!("{}: build", recipe.name)).end("from the cache");
        }
        Ok(open(recipe, &entry))
    }

    /// The name of a part's result in the cache: all that it depends on.
    fn key(&self, recipe: &Recipe) -> Result<String> {
        let mut facts = vec![
            ("steps".to_owned(), STEPS.to_owned()),
            ("go".to_owned(), self.versions.go.clone()),
            ("recipe".to_owned(), format!("{recipe:?}")),
        ];
        let mut folders = vec![recipe.name];
        folders.extend(recipe.borrowed.iter().map(|borrowed| borrowed.part));
        folders.dedup();
        for name in folders {
            facts.push((name.to_owned(), self.pin(name)?.version.clone()));
            for path in sources(&self.folder.join(name))? {
                let text = fs::read_to_string(&path)
                    .with_context(|| format!("read {}", path.display()))?;
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                facts.push((format!("{name}/{file}"), text));
            }
        }
        if recipe.c == C::Seccomp {
            facts.push(("seccomp".to_owned(), self.seccomp()?.input.sha256));
            for tool in ["gcc", "ld"] {
                let version = Run::new(tool).arg("--version").text()?;
                let line = version.lines().next().unwrap_or_default();
                facts.push((tool.to_owned(), line.to_owned()));
            }
        }
        let facts: Vec<_> = facts.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        Ok(digest::of_facts(&facts))
    }

    fn pin(&self, name: &str) -> Result<&Pin> {
        self.versions.pin(name)
    }

    fn seccomp(&self) -> Result<inputs::Package> {
        let builder = self.builder;
        inputs::fetch(&builder.lock, SECCOMP, &builder.cache, &builder.policy)
    }

    /// Builds a part's programs into the folder `result`.
    fn build(&self, recipe: &Recipe, go: &Go, result: &Path) -> Result<()> {
        let version = &self.pin(recipe.name)?.version;
        let mut stage = Stage::begin(format!("{}: build", recipe.name));
        let scratch = self.builder.cache.scratch()?;
        let dir = self.workplace(recipe, go, scratch.path())?;
        let sysroot = match recipe.c {
            C::No => None,
            C::Seccomp => {
                let sysroot = scratch.path().join("sysroot");
                self.seccomp()?.unpack(&sysroot)?;
                Some(sysroot)
            }
        };
        let (mut packages, mut size) = (0_u32, 0);
        for program in recipe.programs {
            let to = result.join(program.name);
            let build = Build { dir: &dir, recipe, program, version, c: sysroot.as_deref() };
            go.build(&build, &to, |line| {
                packages += u32::from(!line.starts_with("go: "));
                stage.note(&format!("{packages} packages"));
            })
            .with_context(|| format!("build {}", program.name))?;
            size += fs::metadata(&to).with_context(|| format!("look at {}", to.display()))?.len();
        }
        stage.end(&format!("{version}, {packages} packages, {}", progress::size(size)));
        Ok(())
    }

    /// A copy of the part's module below `scratch`, with the programs that it borrows in place.
    fn workplace(&self, recipe: &Recipe, go: &Go, scratch: &Path) -> Result<PathBuf> {
        let dir = scratch.join(recipe.name);
        fs::create_dir(&dir).with_context(|| format!("make {}", dir.display()))?;
        for path in sources(&self.folder.join(recipe.name))? {
            let to = dir.join(path.file_name().unwrap_or_default());
            fs::copy(&path, &to).with_context(|| format!("copy {}", path.display()))?;
        }
        for borrowed in recipe.borrowed {
            let pin = self.pin(borrowed.part)?;
            let module = go.module(&self.folder.join(borrowed.part), &pin.module)?;
            borrow::copy(borrowed, &module, &dir.join("borrowed").join(borrowed.name))?;
        }
        Ok(dir)
    }
}

/// The recipes with these names, in the order of building; all if there are none.
fn choose(names: &[String]) -> Result<Vec<&'static Recipe>> {
    for name in names {
        if !RECIPES.iter().any(|recipe| recipe.name == name) {
            let known: Vec<_> = RECIPES.iter().map(|recipe| recipe.name).collect();
            bail!("there is no part {name:?}; expected one of {}", known.join(", "));
        }
    }
    let is_chosen = |recipe: &&Recipe| names.is_empty() || names.iter().any(|n| n == recipe.name);
    Ok(RECIPES.iter().filter(is_chosen).collect())
}

fn open(recipe: &'static Recipe, folder: &Path) -> Built {
    let programs = recipe.programs.iter().map(|program| (program.name, folder.join(program.name)));
    Built { programs: programs.collect() }
}

/// The files of a part's module: go.mod, go.sum and what is ours, sorted.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))? {
        let path = entry.with_context(|| format!("list {}", folder.display()))?.path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        if matches!(ending, Some("go" | "mod" | "sum")) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests;
