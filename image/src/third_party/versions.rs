//! The versions file, `image/third_party/versions.yaml`: what is built of whose, under which names.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Versions {
    /// The version of Go that builds, without the `go` in front.
    pub(crate) go: String,
    /// Each part by the name of its folder.
    pub(crate) parts: BTreeMap<String, Pin>,
}

/// Whose sources, and which.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pin {
    /// The path of the Go module.
    pub(crate) module: String,
    /// Its version, with the `v` in front.
    pub(crate) version: String,
    /// Names of container images, by the program that each runs.
    #[serde(default)]
    pub(crate) images: BTreeMap<String, String>,
}

impl Versions {
    /// Reads and checks the file in `folder`.
    ///
    /// # Errors
    /// When it is not there, has an unknown field, or an image's tag is not the version of its part.
    pub(crate) fn load(folder: &Path) -> Result<Self> {
        let path = folder.join("versions.yaml");
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    fn parse(text: &str) -> Result<Self> {
        let versions: Self = serde_saphyr::from_str(text).context("decode the versions")?;
        for (name, pin) in &versions.parts {
            let is_version = pin.version.strip_prefix('v').is_some_and(is_version);
            ensure!(is_version, "{name}: {:?} is not a version such as v1.2.3", pin.version);
            for image in pin.images.values() {
                ensure!(
                    image.rsplit_once(':').is_some_and(|(_, tag)| tag == pin.version),
                    "{name}: the image {image} is not tagged {}, which is built",
                    pin.version
                );
            }
        }
        ensure!(is_version(&versions.go), "go: {:?} is not a version such as 1.2.3", versions.go);
        Ok(versions)
    }

    /// The pin of the part `name`.
    ///
    /// # Errors
    /// When the file lacks it.
    pub(crate) fn pin(&self, name: &str) -> Result<&Pin> {
        self.parts.get(name).with_context(|| format!("third_party/versions.yaml lacks {name}"))
    }
}

/// Whether `text` is three numbers with dots between them.
fn is_version(text: &str) -> bool {
    let parts: Vec<_> = text.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| part.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "go: 1.26.8\nparts:\n  a:\n    module: example.org/a\n    version: v1.2.3\n    images:\n      a: example.org/a:v1.2.3\n";

    #[test]
    fn a_file_is_read() {
        let versions = Versions::parse(GOOD).expect("good");
        let pin = versions.pin("a").expect("there");
        assert_eq!((pin.module.as_str(), pin.version.as_str()), ("example.org/a", "v1.2.3"));
        assert_eq!(pin.images["a"], "example.org/a:v1.2.3");
        let error = versions.pin("b").expect_err("not there");
        assert!(error.to_string().ends_with("versions.yaml lacks b"), "{error}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check = |from: &str, to: &str, expected: &str| {
            let error = Versions::parse(&GOOD.replace(from, to)).expect_err(to);
            let text = format!("{error:#}");
            assert!(text.contains(expected), "{to}: {text}");
        };
        check("a:v1.2.3", "a:v1.2.4", "the image example.org/a:v1.2.4 is not tagged v1.2.3");
        check("version: v1.2.3", "version: 1.2.3", "\"1.2.3\" is not a version");
        check("version: v1.2.3", "version: v1.2", "\"v1.2\" is not a version");
        check("go: 1.26.8", "go: latest", "\"latest\" is not a version");
        check("module", "modul", "modul");
    }
}
