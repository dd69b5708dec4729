//! What was built, as data: `manifest.json`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::digest;
use crate::inputs::Input;
use crate::progress;

/// The artefacts of one run. The form is stable: benchmarks and tests read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Manifest {
    /// The version tag.
    version: &'static str,
    /// The kernel's release, where a kernel was needed.
    kernel: Option<String>,
    /// What was written to the output folder, in the order of building.
    artefacts: Vec<Artefact>,
    /// The programs inside, as they are in the root.
    programs: Vec<Artefact>,
    /// What came from Debian's archive.
    inputs: Vec<Input>,
    /// Versions of the tools whose output is in the artefacts.
    tools: Vec<String>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Artefact {
    name: String,
    /// In bytes.
    size: u64,
    sha256: String,
}

impl Artefact {
    /// Measures the file at `path`, called `name`.
    pub(crate) fn measure(name: &str, path: &Path) -> Result<Self> {
        let (sha256, size) = digest::of_file(path)?;
        Ok(Self { name: name.to_owned(), size, sha256 })
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// A line for a person.
    pub(crate) fn line(&self) -> String {
        format!("  {:<20} {:>10}  {}", self.name, progress::size(self.size), self.sha256)
    }
}

impl Manifest {
    /// An empty manifest of this version.
    pub(crate) fn new() -> Self {
        Self {
            version: types::version::TAG,
            kernel: None,
            artefacts: Vec::new(),
            programs: Vec::new(),
            inputs: Vec::new(),
            tools: Vec::new(),
        }
    }

    /// Records the kernel's release, its source and the tools that built it.
    pub(crate) fn kernel(&mut self, release: &str, source: &Input, tools: Vec<String>) {
        self.kernel = Some(release.to_owned());
        self.inputs.push(source.clone());
        self.tools.extend(tools);
    }

    /// Records an input.
    pub(crate) fn input(&mut self, input: &Input) {
        self.inputs.push(input.clone());
    }

    /// Records an artefact of the output folder.
    pub(crate) fn artefact(&mut self, artefact: Artefact) {
        self.artefacts.push(artefact);
    }

    /// Records a program.
    pub(crate) fn program(&mut self, program: Artefact) {
        self.programs.push(program);
    }

    /// The artefacts and programs as lines for a person.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.programs.iter().chain(&self.artefacts).map(Artefact::line).collect()
    }

    /// The manifest as JSON, with a newline at its end.
    pub(crate) fn json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Writes the manifest to `path`.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        fs::write(path, self.json()?).with_context(|| format!("write {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_the_documented_one() {
        let mut manifest = Manifest::new();
        manifest.artefact(Artefact {
            name: "vmlinuz".to_owned(),
            size: 7,
            sha256: "ab".to_owned(),
        });
        let json: serde_json::Value =
            serde_json::from_str(&manifest.json().expect("json")).expect("parses");
        assert_eq!(json["artefacts"][0]["name"], "vmlinuz");
        assert_eq!(json["artefacts"][0]["size"], 7);
        assert_eq!(json["version"], types::version::TAG);
    }
}
