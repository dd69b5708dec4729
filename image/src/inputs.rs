//! What comes from Debian's archive, pinned in `image/inputs.lock`.
//!
//! The archive keeps only the current version of a package. A release (`--locked`) insists on the
//! lock and falls back to a snapshot mirror; an ordinary build takes the current version of the same
//! package, which is of the same series because the series is part of its name, and says so.
//! Trust: apt checks its archive's signature; whatever the lock names must have the lock's hash.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::cache::Cache;
use crate::digest;
use crate::progress::{Stage, report};
use crate::run::Run;

/// One Debian package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// Its name, which holds the series: `linux-source-6.12`.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// Archive and place in it: `debian-security/pool/…/linux-source-6.12_…_all.deb`.
    pub(crate) path: String,
    /// SHA-256 of the package file.
    pub(crate) sha256: String,
}

/// How far a build may depart from the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Policy {
    /// The archive's current version will do.
    Current,
    /// Only what the lock says, from a snapshot mirror if need be.
    Locked {
        /// Its URL, see `--snapshot-mirror`.
        mirror: Option<String>,
    },
}

/// A package that is there to be unpacked.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    /// What it is.
    pub(crate) input: Input,
    /// The package file, in the cache.
    pub(crate) file: PathBuf,
}

impl Package {
    /// Unpacks the package's files into `dir`.
    pub(crate) fn unpack(&self, dir: &Path) -> Result<()> {
        Run::new("dpkg-deb").arg("-x").arg(&self.file).arg(dir).read()?;
        Ok(())
    }
}

/// Reads the lock: JSON, one input a line; lines that begin with `#` are comments.
pub(crate) fn load(path: &Path) -> Result<Vec<Input>> {
    let text = fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    parse(&text).with_context(|| path.display().to_string())
}

fn parse(text: &str) -> Result<Vec<Input>> {
    let mut inputs: Vec<Input> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let input: Input = serde_json::from_str(line).with_context(|| format!("line {number}"))?;
        ensure!(
            inputs.iter().all(|i| i.name != input.name),
            "line {number}: {} is there twice",
            input.name
        );
        inputs.push(input);
    }
    Ok(inputs)
}

/// Rewrites the lock with what the archive has now and says what changed. Comments stay.
pub(crate) fn update(path: &Path) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    let mut new = String::new();
    let mut old = parse(&text).with_context(|| path.display().to_string())?.into_iter();
    for line in text.lines() {
        if line.trim().is_empty() || line.starts_with('#') {
            new.push_str(line);
        } else if let Some(input) = old.next() {
            let current = candidate(&input.name)?;
            let change = if current == input {
                "unchanged".to_owned()
            } else {
                format!("was {}", input.version)
            };
            report(&format!("  {} {} ({change})", current.name, current.version));
            new.push_str(&serde_json::to_string(&current)?);
        }
        new.push('\n');
    }
    fs::write(path, new).with_context(|| format!("write {}", path.display()))
}

/// The package `name`, from the cache or the archive, as far as `policy` allows.
pub(crate) fn fetch(lock: &[Input], name: &str, cache: &Cache, policy: &Policy) -> Result<Package> {
    let input = lock
        .iter()
        .find(|i| i.name == name)
        .with_context(|| format!("image/inputs.lock lacks {name}"))?;
    if let Some(package) = cached(input, cache)? {
        return Ok(package);
    }
    let stage = Stage::begin(format!("fetch {name}"));
    let scratch = cache.scratch()?;
    let outcome = match from_archive(input, scratch.path()) {
        Ok(file) => keep(input, &file, cache),
        Err(gone) => match policy {
            Policy::Locked { mirror: Some(mirror) } => {
                let file = from_mirror(input, mirror, scratch.path())?;
                keep(input, &file, cache)
            }
            Policy::Locked { mirror: None } => Err(gone).with_context(|| {
                format!("{name} {} is not in the archive; name one that keeps old versions with --snapshot-mirror", input.version)
            }),
            Policy::Current => {
                let current = candidate(name).with_context(|| format!("{name}: {gone:#}"))?;
                report(&format!("inputs: {name} {} is gone from the archive; using its current {}", input.version, current.version));
                match cached(&current, cache)? {
                    Some(package) => Ok(package),
                    None => keep(&current, &from_archive(&current, scratch.path())?, cache),
                }
            }
        },
    }?;
    stage.end(&outcome.input.version);
    Ok(outcome)
}

/// The package in the cache, if it is there with the right hash.
fn cached(input: &Input, cache: &Cache) -> Result<Option<Package>> {
    let file = cache.folder("inputs")?.join(format!("{}.deb", input.sha256));
    if file.is_file() && digest::of_file(&file)?.0 == input.sha256 {
        return Ok(Some(Package { input: input.clone(), file }));
    }
    Ok(None)
}

/// Checks the hash of a fetched package and moves it into the cache.
fn keep(input: &Input, file: &Path, cache: &Cache) -> Result<Package> {
    let (sha256, _) = digest::of_file(file)?;
    if sha256 != input.sha256 {
        bail!("{} {} has the hash {sha256}, expected {}", input.name, input.version, input.sha256);
    }
    let place = cache.folder("inputs")?.join(format!("{sha256}.deb"));
    // apt links to a mirror's file on this machine: the content is copied, beside and then renamed.
    let beside = place.with_extension("new");
    fs::copy(file, &beside).with_context(|| format!("copy to {}", beside.display()))?;
    fs::rename(&beside, &place).with_context(|| format!("rename to {}", place.display()))?;
    Ok(Package { input: input.clone(), file: place })
}

/// Downloads the exact version of `input` from the archive that apt is set up with.
fn from_archive(input: &Input, dir: &Path) -> Result<PathBuf> {
    Run::new("apt-get")
        .arg("download")
        .arg(format!("{}={}", input.name, input.version))
        .dir(dir)
        .read()?;
    let mut files = fs::read_dir(dir).with_context(|| format!("list {}", dir.display()))?;
    let file = files.next().context("apt-get download left no file")?;
    Ok(file.with_context(|| format!("list {}", dir.display()))?.path())
}

/// Downloads `input` from a mirror that keeps old versions.
fn from_mirror(input: &Input, mirror: &str, dir: &Path) -> Result<PathBuf> {
    let target = dir.join("package.deb");
    let url = mirror_url(mirror, &input.path)?;
    Run::new("/usr/lib/apt/apt-helper")
        .arg("download-file")
        .arg(&url)
        .arg(&target)
        .read()
        .with_context(|| format!("download {url}"))?;
    Ok(target)
}

/// The URL of `path` at `mirror`: archive and pool are joined where `{archive}` is, or at the end.
fn mirror_url(mirror: &str, path: &str) -> Result<String> {
    let (archive, pool) =
        path.split_once('/').with_context(|| format!("{path} names no archive"))?;
    let mirror = mirror.trim_end_matches('/');
    Ok(if mirror.contains("{archive}") {
        format!("{}/{pool}", mirror.replace("{archive}", archive))
    } else {
        format!("{mirror}/{archive}/{pool}")
    })
}

/// What apt would install of `name` now.
fn candidate(name: &str) -> Result<Input> {
    let record =
        Run::new("apt-cache").args(["show", "--no-all-versions", name]).text().with_context(
            || format!("ask the archive for {name} (`apt-get update` fetches its lists)"),
        )?;
    let field = |key: &str| {
        let prefix = format!("{key}: ");
        let value = record.lines().find_map(|l| l.strip_prefix(&prefix));
        value
            .map(str::to_owned)
            .with_context(|| format!("{name}: the archive's record has no {key}"))
    };
    // The record lacks the archive's name; the URI has it in front of the pool. It is asked for in
    // an empty folder, because apt prints nothing for a file that is there.
    let empty = tempfile::tempdir().context("make an empty folder")?;
    let uris =
        Run::new("apt-get").args(["download", "--print-uris", name]).dir(empty.path()).text()?;
    let archive = archive_of(&uris).with_context(|| format!("{name}: no archive in {uris:?}"))?;
    Ok(Input {
        name: name.to_owned(),
        version: field("Version")?,
        path: format!("{archive}/{}", field("Filename")?),
        sha256: field("SHA256")?,
    })
}

/// The folder in front of `/pool/` in a URI.
fn archive_of(uri: &str) -> Option<&str> {
    uri.split_once("/pool/")?.0.rsplit('/').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(content: &[u8]) -> Input {
        Input {
            name: "thing-1".to_owned(),
            version: "1.0-1".to_owned(),
            path: "debian-security/pool/main/t/thing-1_1.0-1_all.deb".to_owned(),
            sha256: digest::of_bytes(content),
        }
    }

    #[test]
    fn the_repository_s_lock_is_well_formed_and_names_no_host() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs.lock");
        let inputs = load(&path).expect("lock");
        assert!(inputs.iter().any(|i| i.name.starts_with("linux-source-")));
        for input in inputs {
            assert_eq!(input.sha256.len(), 64);
            assert!(
                input.path.starts_with("debian") && !input.path.contains("//"),
                "{}",
                input.path
            );
        }
    }

    #[test]
    fn the_archive_is_told_from_the_uri() {
        assert_eq!(
            archive_of("'http://host/debian-security/pool/u/x.deb' x.deb 1"),
            Some("debian-security")
        );
        assert_eq!(archive_of("nothing"), None);
    }

    #[test]
    fn mirrors_are_named_with_or_without_a_place_for_the_archive() {
        let check = |mirror, expected| {
            assert_eq!(mirror_url(mirror, "debian/pool/x.deb").expect("url"), expected)
        };
        check("http://m/", "http://m/debian/pool/x.deb");
        check("http://m/{archive}/2026/", "http://m/debian/2026/pool/x.deb");
    }

    #[test]
    fn a_superseded_package_comes_from_the_mirror_with_its_hash_checked() {
        let Ok(_) = Run::new("apt-get").arg("--version").read() else {
            return println!("skipped: no apt on this machine");
        };
        let dir = tempfile::tempdir().expect("folder");
        let cache = Cache::at(dir.path().join("cache")).expect("cache");
        let mirror = dir.path().join("mirror");
        let old = input(b"old");
        let place = mirror.join(&old.path);
        fs::create_dir_all(place.parent().expect("parent")).expect("mirror");
        fs::write(&place, "old").expect("mirror");
        let locked = |url: Option<String>| Policy::Locked { mirror: url };
        let url = format!("file://{}", mirror.display());

        let error = fetch(std::slice::from_ref(&old), "thing-1", &cache, &locked(None))
            .expect_err("no mirror");
        assert!(error.to_string().contains("--snapshot-mirror"), "{error}");
        let error = fetch(&[input(b"other")], "thing-1", &cache, &locked(Some(url.clone())))
            .expect_err("another hash");
        assert!(error.to_string().contains("has the hash"), "{error}");
        let package = fetch(std::slice::from_ref(&old), "thing-1", &cache, &locked(Some(url)))
            .expect("fetched");
        assert_eq!(fs::read_to_string(package.file).expect("kept"), "old");
        fetch(&[old], "thing-1", &cache, &locked(None)).expect("from the cache");
    }
}
