//! Patches as they are given on the command line: a text, or `@` and a file.

use std::io::Write as _;
use std::path::Path;

use config::fault::summary;
use config::patch::{Patch, PatchError, apply};
use config::{Config, Fault};

use crate::clean::clean;
use crate::command::apply_config::load as read;
use crate::exit::Refused;
use crate::output::Output;

/// Patches in their order, each with the name that its faults are told by.
#[derive(Debug, Default)]
pub(crate) struct Patches {
    names: Vec<String>,
    patches: Vec<Patch>,
}

impl Patches {
    /// Reads the values of an option. A file that holds nothing wrong is read whole or not at all.
    ///
    /// # Errors
    /// A file that cannot be read, or [`Refused`] after the faults were printed.
    pub(crate) fn load(given: &[String], output: &mut Output) -> anyhow::Result<Self> {
        let mut all = Self::default();
        for (index, given) in given.iter().enumerate() {
            let (name, bytes) = match given.strip_prefix('@') {
                Some(file) => (file.to_owned(), read(Path::new(file))?),
                None => (format!("patch {}", index + 1), given.as_bytes().to_vec()),
            };
            match Patch::decode(&bytes) {
                Ok(patch) => all.patches.push(patch),
                Err(faults) => return refuse(output, &name, &faults),
            }
            all.names.push(name);
        }
        Ok(all)
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.patches.is_empty()
    }

    /// The configuration with the patches applied in order; `of` is what the old one is called.
    ///
    /// # Errors
    /// [`Refused`] after the faults were printed.
    pub(crate) fn apply(
        &self,
        config: &Config,
        of: &str,
        output: &mut Output,
    ) -> anyhow::Result<Config> {
        match apply(config, &self.patches) {
            Ok(patched) => Ok(patched),
            Err(PatchError::Unfit { patch, fault }) => {
                let name = self.names.get(patch).map_or("patch", String::as_str);
                refuse(output, name, &[*fault])
            }
            Err(error @ PatchError::Nothing) => Err(Refused(format!("{of}: {error}")).into()),
            Err(PatchError::Result(faults)) => refuse(output, &format!("{of}, patched"), &faults),
        }
    }
}

/// Reads a configuration; `name` is what it is called.
///
/// # Errors
/// [`Refused`] after the faults were printed.
pub(crate) fn decode(bytes: &[u8], name: &str, output: &mut Output) -> anyhow::Result<Config> {
    match Config::decode(bytes) {
        Ok((config, _warnings)) => Ok(config),
        Err(faults) => refuse(output, name, &faults),
    }
}

/// Prints faults, each as a line that editors jump to, and says no.
fn refuse<T>(output: &mut Output, name: &str, faults: &[Fault]) -> anyhow::Result<T> {
    output.out.flush()?;
    for line in summary(faults).lines() {
        writeln!(output.err, "{name}:{}", clean(line))?;
    }
    let count = match faults.len() {
        1 => "1 fault".to_owned(),
        many => format!("{many} faults"),
    };
    Err(Refused(format!("{name}: {count}")).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::tests::sinks;

    const CONFIG: &str = "# mine\nmachine:\n    type: worker\n";

    /// What the patches make of the configuration, and what is said on standard error.
    fn patched(given: &[&str]) -> (Result<String, String>, String) {
        let (mut output, _, err) = sinks();
        let given: Vec<_> = given.iter().map(|text| (*text).to_owned()).collect();
        let run = |output: &mut Output| {
            let patches = Patches::load(&given, output)?;
            let config = decode(CONFIG.as_bytes(), "c.yaml", output)?;
            let patched = patches.apply(&config, "c.yaml", output)?;
            Ok(String::from_utf8_lossy(patched.bytes()).into_owned())
        };
        let outcome = run(&mut output).map_err(|error: anyhow::Error| format!("{error:#}"));
        (outcome, err.text())
    }

    #[test]
    fn texts_and_files_are_applied_in_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("p.yaml");
        std::fs::write(&path, "machine: {type: controlplane}\n").expect("written");
        let file = format!("@{}", path.display());
        let (text, _) = patched(&[&file, "machine: {token: x}"]);
        assert_eq!(text, Ok("# mine\nmachine:\n    type: controlplane\n    token: x\n".to_owned()));
        let (text, said) = patched(&["@/absent"]);
        assert!(text.expect_err("absent").starts_with("read /absent: "), "{said}");
    }

    #[test]
    fn faults_are_told_by_patch() {
        let (text, said) = patched(&["machine: {token: x}", "machine: {typ: a, kubelet: []}"]);
        assert_eq!(text, Err("patch 2: 2 faults".to_owned()));
        assert!(said.starts_with("patch 2:1:11: machine.typ: unknown field"), "{said}");
        let (text, said) = patched(&["machine: {sysctls: {a: {$patch: delete}}}"]);
        assert_eq!(text, Err("patch 1: 1 fault".to_owned()));
        assert_eq!(said, "patch 1:1:25: machine.sysctls.a: there is nothing to delete\n");
        let (text, said) = patched(&["[{op: add, path: /machine/nope, value: 1}]"]);
        assert_eq!(text, Err("c.yaml, patched: 1 fault".to_owned()));
        assert!(said.starts_with("c.yaml, patched:4:5: machine.nope: unknown field"), "{said}");
    }
}
