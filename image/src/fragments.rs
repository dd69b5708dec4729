//! The kernel's configuration fragments, and whether the kernel took them.
//!
//! A fragment is a list of lines `CONFIG_NAME=value  # reason`. Kconfig itself only ever warns about
//! a symbol that does not exist or lacks a dependency, and goes on without it; here that is an error.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// What the names of the mitigations of processor flaws begin with, since Linux 6.9.
const MITIGATIONS: &str = "CONFIG_MITIGATION_";

/// One asked-for option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    /// `y`, `m`, `n`, a number, or a string in its quotes.
    value: String,
    /// File and line, for messages.
    place: String,
}

/// All asked-for options by name, `CONFIG_` included.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Wishes(BTreeMap<String, Wish>);

impl Wishes {
    /// Reads every `*.config` of a folder, in the order of their names.
    pub(crate) fn load(dir: &Path) -> Result<Self> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(dir).with_context(|| format!("list {}", dir.display()))? {
            let path = entry.with_context(|| format!("list {}", dir.display()))?.path();
            if path.extension().is_some_and(|e| e == "config") {
                paths.push(path);
            }
        }
        paths.sort();
        let mut wishes = Self::default();
        for path in paths {
            let text =
                fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
            let name =
                path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            wishes.add(&name, &text)?;
        }
        Ok(wishes)
    }

    /// Adds the fragment `text`; an option that two lines ask for is an error, or one of them would
    /// be silently lost.
    fn add(&mut self, file: &str, text: &str) -> Result<()> {
        for (number, line) in (1..).zip(text.lines()) {
            let place = format!("{file}:{number}");
            let Some((name, value)) = parse(line).with_context(|| place.clone())? else { continue };
            if let Some(first) = self.0.get(name) {
                bail!("{place}: {name} is already asked for in {}", first.place);
            }
            self.0.insert(name.to_owned(), Wish { value: value.to_owned(), place });
        }
        Ok(())
    }

    /// The options as Kconfig reads them with `KCONFIG_ALLCONFIG`, sorted, without the reasons.
    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        for (name, wish) in &self.0 {
            text.push_str(&match wish.value.as_str() {
                "n" => format!("# {name} is not set\n"),
                value => format!("{name}={value}\n"),
            });
        }
        text
    }

    /// Compares the wishes with `config`, the `.config` that Kconfig made of them.
    ///
    /// `allnoconfig` also turns off what is on by default, so a mitigation that a new kernel brings
    /// would stay out unseen: each that the kernel knows must be named by a fragment, on or off.
    ///
    /// # Errors
    /// Names every option that has another value, its place, and both values; and every mitigation
    /// that no fragment names.
    pub(crate) fn check(&self, config: &str) -> Result<()> {
        let got: BTreeMap<&str, &str> = config.lines().filter_map(|l| l.split_once('=')).collect();
        let mut faults = String::new();
        for (name, wish) in &self.0 {
            let value = got.get(name.as_str()).copied().unwrap_or("n");
            if value != wish.value {
                faults
                    .push_str(&format!("\n  {}: {name}={} became {value}", wish.place, wish.value));
            }
        }
        for name in config.lines().filter_map(|l| l.strip_prefix("# ")?.strip_suffix(" is not set"))
        {
            if name.starts_with(MITIGATIONS) && !self.0.contains_key(name) {
                faults.push_str(&format!(
                    "\n  {name} is off, and no fragment says whether it should be"
                ));
            }
        }
        if !faults.is_empty() {
            bail!(
                "the kernel's configuration is not what was asked for (a missing dependency, or a name that this version lacks){faults}"
            );
        }
        Ok(())
    }

    /// How many options are asked for.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// The name and the value that a line asks for, none for a blank line or a comment.
fn parse(line: &str) -> Result<Option<(&str, &str)>> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (name, rest) = line.split_once('=').context("expected CONFIG_NAME=value")?;
    if !name.starts_with("CONFIG_") || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    {
        bail!("{name} is not the name of an option");
    }
    // A string ends at its closing quote, anything else at white space; only a comment may follow.
    let end = match rest.strip_prefix('"') {
        Some(inner) => inner.find('"').context("a string without its closing quote")? + 2,
        None => rest.find(char::is_whitespace).unwrap_or(rest.len()),
    };
    let (value, comment) = rest.split_at(end);
    let comment = comment.trim();
    if value.is_empty() || !(comment.is_empty() || comment.starts_with('#')) {
        bail!("expected CONFIG_NAME=value  # reason");
    }
    Ok(Some((name, value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes(text: &str) -> Result<Wishes> {
        let mut wishes = Wishes::default();
        wishes.add("test.config", text)?;
        Ok(wishes)
    }

    #[test]
    fn lines_are_parsed_with_their_reasons_left_out() {
        let check = |line: &str, expected: Option<(&str, &str)>| {
            assert_eq!(parse(line).expect(line), expected)
        };
        check("", None);
        check("# --- clocks", None);
        check("CONFIG_SMP=y", Some(("CONFIG_SMP", "y")));
        check("CONFIG_HZ=250   # between 100 and 1000", Some(("CONFIG_HZ", "250")));
        check("CONFIG_LSM=\"landlock,bpf\" # order", Some(("CONFIG_LSM", "\"landlock,bpf\"")));
        check("CONFIG_KEY=\"\"", Some(("CONFIG_KEY", "\"\"")));
        for bad in
            ["CONFIG_SMP", "SMP=y", "CONFIG_A=", "CONFIG_A=y n", "CONFIG_S=\"open", "# CONFIG_A"]
        {
            assert!(bad.starts_with('#') || parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_option_asked_for_twice_is_refused_with_both_places() {
        let error = wishes("CONFIG_A=y\nCONFIG_B=y\nCONFIG_A=m\n").expect_err("twice").to_string();
        assert_eq!(error, "test.config:3: CONFIG_A is already asked for in test.config:1");
    }

    #[test]
    fn a_dropped_option_is_an_error_that_names_it() {
        let wishes = wishes("CONFIG_A=y\nCONFIG_ZSTD=y\nCONFIG_M=m\nCONFIG_N=n\nCONFIG_V=7\n")
            .expect("wishes");
        wishes
            .check("CONFIG_A=y\nCONFIG_ZSTD=y\nCONFIG_M=m\n# CONFIG_N is not set\nCONFIG_V=7\n")
            .expect("as asked");
        let config = "CONFIG_A=y\n# CONFIG_ZSTD is not set\nCONFIG_M=y\nCONFIG_N=y\nCONFIG_V=7\n";
        let error = wishes.check(config).expect_err("dropped").to_string();
        for expected in
            ["test.config:2: CONFIG_ZSTD=y became n", "CONFIG_M=m became y", "CONFIG_N=n became y"]
        {
            assert!(error.contains(expected), "{error}");
        }
        assert!(!error.contains("CONFIG_A=") && !error.contains("CONFIG_V="), "{error}");
    }

    #[test]
    fn a_mitigation_that_no_fragment_names_is_an_error() {
        let config = "# CONFIG_MITIGATION_NEW is not set\n# CONFIG_MITIGATION_OLD is not set\n";
        let error = wishes("CONFIG_MITIGATION_OLD=n\n")
            .expect("wishes")
            .check(config)
            .expect_err("new")
            .to_string();
        assert!(error.contains("CONFIG_MITIGATION_NEW") && !error.contains("_OLD"), "{error}");
    }

    #[test]
    fn the_repository_s_own_fragments_are_well_formed() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../kernel-config");
        let wishes = Wishes::load(&dir).expect("fragments");
        assert!(wishes.len() > 500, "{}", wishes.len());
        assert!(wishes.render().contains("\nCONFIG_SQUASHFS_ZSTD=y\n"));
    }
}
