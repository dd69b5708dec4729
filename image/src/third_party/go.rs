//! The Go compiler, held to one version and to what go.sum says.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::recipe::{C, Program, Recipe, stamp};
use crate::run::Run;

/// Architecture of the node's programs: the first one of its kind, so that any machine runs them.
const TARGET: [(&str, &str); 3] = [("GOOS", "linux"), ("GOARCH", "amd64"), ("GOAMD64", "v1")];

/// Go at the pinned version.
#[derive(Debug, Clone)]
pub(crate) struct Go {
    /// Its version, `1.26.8`.
    version: String,
    /// Where compiled packages are kept, if not in the user's own cache.
    cache: Option<PathBuf>,
}

impl Go {
    /// The version that is pinned, fetched by the `go` on `PATH` if that is another one.
    ///
    /// # Errors
    /// When there is no `go`, or it is too old to fetch another version (before 1.21).
    pub(crate) fn find(version: &str) -> Result<Self> {
        let go = Self { version: version.to_owned(), cache: None };
        let found =
            go.run(Path::new(".")).args(["env", "GOVERSION"]).text().with_context(|| {
                format!("look for Go {version} (any version since 1.21 can fetch it)")
            })?;
        let expected = format!("go{version}");
        anyhow::ensure!(
            found == expected,
            "the go on PATH is {found} and did not switch to {expected}"
        );
        Ok(go)
    }

    /// Without looking for it.
    #[cfg(test)]
    pub(crate) fn unchecked(version: &str) -> Self {
        Self { version: version.to_owned(), cache: None }
    }

    /// The same, with an own folder for compiled packages: nothing that was built before is used.
    pub(crate) fn afresh(&self, cache: &Path) -> Self {
        Self { cache: Some(cache.to_owned()), ..self.clone() }
    }

    /// The `go` program in `dir`, without what the user's settings would change of a result.
    pub(crate) fn run(&self, dir: &Path) -> Run {
        let mut run = Run::new("go").dir(dir);
        for (key, value) in TARGET {
            run = run.env(key, value);
        }
        if let Some(cache) = &self.cache {
            run = run.env("GOCACHE", cache);
        }
        run.env("GOTOOLCHAIN", format!("go{}", self.version))
            .env("GOWORK", "off")
            .env("GOFLAGS", "-mod=readonly")
            .without("GOEXPERIMENT")
            .without("GOFIPS140")
    }

    /// Builds one program of the module in `dir` into the file `to` and tells each line that Go says,
    /// which is one for each package and each download.
    pub(crate) fn build(&self, build: &Build<'_>, to: &Path, seen: impl FnMut(&str)) -> Result<()> {
        let mut run = self
            .run(build.dir)
            .args(arguments(build.recipe, build.program, build.version, to))
            .env("CGO_ENABLED", if build.c.is_some() { "1" } else { "0" });
        if let Some(sysroot) = build.c {
            let library = sysroot.join("usr/lib/x86_64-linux-gnu");
            // pkg-config leaves out folders that it takes for the system's, unless told not to.
            run = run
                .env("PKG_CONFIG_LIBDIR", library.join("pkgconfig"))
                .env("PKG_CONFIG_SYSROOT_DIR", sysroot)
                .env("PKG_CONFIG_ALLOW_SYSTEM_CFLAGS", "1")
                .env("PKG_CONFIG_ALLOW_SYSTEM_LIBS", "1")
                .env("CGO_CFLAGS", format!("-O2 -ffile-prefix-map={}=", sysroot.display()))
                .without("CGO_LDFLAGS")
                .without("PKG_CONFIG_PATH");
        }
        run.lines(seen)
    }

    /// The folder of a module's unpacked sources, fetched if need be and checked against the go.sum
    /// in `dir`.
    pub(crate) fn module(&self, dir: &Path, module: &str) -> Result<PathBuf> {
        let text = self
            .run(dir)
            .args(["mod", "download", "-json", module])
            .text()
            .with_context(|| format!("fetch {module}"))?;
        let download: Download =
            serde_json::from_str(&text).with_context(|| format!("what Go says of {module}"))?;
        Ok(download.dir)
    }
}

/// What `go mod download -json` says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Download {
    dir: PathBuf,
}

/// One program to build.
#[derive(Debug)]
pub(crate) struct Build<'a> {
    /// The module's folder.
    pub(crate) dir: &'a Path,
    /// The part.
    pub(crate) recipe: &'a Recipe,
    /// Which program of it.
    pub(crate) program: &'a Program,
    /// The part's version.
    pub(crate) version: &'a str,
    /// For C: the folder with Debian's libseccomp.
    pub(crate) c: Option<&'a Path>,
}

/// The arguments of `go`. No path and no state of this machine is in the result: paths are trimmed,
/// version control is not asked, and the build id, which hashes them, is empty.
fn arguments(recipe: &Recipe, program: &Program, version: &str, to: &Path) -> Vec<String> {
    let mut linker = vec!["-s".to_owned(), "-w".to_owned(), "-buildid=".to_owned()];
    if recipe.c != C::No {
        linker.extend(["-linkmode=external".to_owned(), "-extldflags=-static".to_owned()]);
    }
    linker.extend(recipe.stamps.iter().map(|template| format!("-X={}", stamp(template, version))));
    let mut arguments: Vec<String> =
        ["build", "-v", "-trimpath", "-buildvcs=false"].map(str::to_owned).into();
    if !recipe.tags.is_empty() {
        arguments.push(format!("-tags={}", recipe.tags.join(",")));
    }
    arguments.push(format!("-ldflags={}", linker.join(" ")));
    arguments.push(format!("-o={}", to.display()));
    arguments.push(program.package.to_owned());
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::third_party::recipe::RECIPES;

    fn of(name: &str) -> Vec<String> {
        let recipe = RECIPES.iter().find(|recipe| recipe.name == name).expect("a part");
        arguments(recipe, &recipe.programs[0], "v1.2.3", Path::new("/x/y"))
    }

    #[test]
    fn a_program_in_go_alone() {
        assert_eq!(
            of("cni").join(" "),
            "build -v -trimpath -buildvcs=false -ldflags=-s -w -buildid= \
             -X=github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion=v1.2.3 \
             -o=/x/y ."
        );
    }

    #[test]
    fn a_program_with_c() {
        assert_eq!(
            of("runc").join(" "),
            "build -v -trimpath -buildvcs=false -tags=seccomp,netgo,osusergo \
             -ldflags=-s -w -buildid= -linkmode=external -extldflags=-static \
             -o=/x/y github.com/opencontainers/runc"
        );
    }
}
