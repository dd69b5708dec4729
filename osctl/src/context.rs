//! The client's own file: contexts with endpoints, nodes, authority and client certificate.
//!
//! Its format is the peer's talosconfig, so both clients work on one file.
//! Unknown keys are refused rather than lost when the file is written back.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::exit::usage;
use crate::yaml;

/// Where Kubernetes puts the file for pods that may use the machine API.
const POD_PATH: &str = "/var/run/secrets/talos.dev/config";

/// The whole file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contexts {
    /// Name of the context in use.
    #[serde(default)]
    pub(crate) context: String,
    /// All contexts by name.
    #[serde(default, deserialize_with = "empty_when_null")]
    pub(crate) contexts: BTreeMap<String, Context>,
}

/// One way to reach one cluster.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Context {
    /// Whom to dial: host, `host:port` or URL.
    #[serde(default, deserialize_with = "empty_when_null")]
    pub(crate) endpoints: Vec<String>,
    /// Whom to ask when the command line names nobody.
    #[serde(default, deserialize_with = "empty_when_null", skip_serializing_if = "Vec::is_empty")]
    pub(crate) nodes: Vec<String>,
    /// Authority of the nodes' certificates: base64 of PEM text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) ca: String,
    /// Client certificate: base64 of PEM text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) crt: String,
    /// Key of the client certificate: base64 of PEM text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) key: String,
    /// Other ways to authenticate. Kept as they are; this version cannot use them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) auth: Option<serde_json::Value>,
    /// Cluster behind an endpoint that is a proxy for several.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) cluster: String,
}

/// The key is not shown, not even its length.
impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("endpoints", &self.endpoints)
            .field("nodes", &self.nodes)
            .finish_non_exhaustive()
    }
}

/// A key without a value means an empty list, as the peer reads it.
fn empty_when_null<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// What of the surroundings decides which file is meant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// `--talosconfig`
    pub(crate) flag: Option<PathBuf>,
    /// `$OSCTL_CONFIG`, then `$TALOSCONFIG`.
    pub(crate) variables: [Option<OsString>; 2],
    /// The home directory.
    pub(crate) home: Option<PathBuf>,
}

impl Places {
    /// The surroundings of this process.
    pub(crate) fn of_process(flag: Option<PathBuf>) -> Self {
        let variables = ["OSCTL_CONFIG", "TALOSCONFIG"].map(std::env::var_os);
        Self { flag, variables, home: std::env::home_dir() }
    }

    /// The file that the operator named, or the first of the usual ones that exists, or the one
    /// that would be made.
    pub(crate) fn path(&self) -> anyhow::Result<PathBuf> {
        if let Some(path) = &self.flag {
            return Ok(path.clone());
        }
        if let Some(path) = self.variables.iter().flatten().find(|path| !path.is_empty()) {
            return Ok(PathBuf::from(path));
        }
        let own = self.home.as_ref().map(|home| home.join(".talos").join("config"));
        let pod = PathBuf::from(POD_PATH);
        match own {
            Some(own) if own.exists() || !pod.exists() => Ok(own),
            _ if pod.exists() => Ok(pod),
            _ => Err(usage("no home directory: name the client configuration with --talosconfig")),
        }
    }
}

impl Contexts {
    /// Reads the file. An absent one is an empty value: the first `config add` or `merge` makes it.
    pub(crate) fn load(path: &Path) -> anyhow::Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).with_context(|| path.display().to_string()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("read {}", path.display())),
        }
    }

    /// Reads the text of a file.
    pub(crate) fn parse(text: &str) -> Result<Self, yaml::YamlError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        yaml::read(text)
    }

    /// Writes the file for its owner alone: a new file takes the old one's place, so that an
    /// interrupted write leaves the old one.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        write_private(path, yaml::write(self)?.as_bytes())
            .with_context(|| format!("write {}", path.display()))
    }

    /// The context with the given name, or the one in use.
    pub(crate) fn get(&self, name: Option<&str>) -> anyhow::Result<(&str, &Context)> {
        let name = name.unwrap_or(&self.context);
        if name.is_empty() {
            return Err(usage("no context is in use: osctl config context NAME"));
        }
        match self.contexts.get_key_value(name) {
            Some((name, context)) => Ok((name, context)),
            None => Err(usage(format!("no context {name:?}: {}", self.known()))),
        }
    }

    /// The same to change it.
    pub(crate) fn get_mut(&mut self, name: Option<&str>) -> anyhow::Result<&mut Context> {
        let name = self.get(name)?.0.to_owned();
        self.contexts.get_mut(&name).ok_or_else(|| usage(format!("no context {name:?}")))
    }

    /// A sentence with the names that exist.
    fn known(&self) -> String {
        if self.contexts.is_empty() {
            return "the client configuration has none".to_owned();
        }
        let names: Vec<&str> = self.contexts.keys().map(String::as_str).collect();
        format!("there are {}", names.join(", "))
    }

    /// Takes over the contexts of another file. A name that exists with other content gets a
    /// number behind it; returned are the pairs of old and new names.
    pub(crate) fn merge(&mut self, other: Self) -> Vec<(String, String)> {
        let mut renamed = Vec::new();
        for (name, context) in other.contexts {
            let free = self.free_name(&name, &context);
            if name == other.context {
                self.context.clone_from(&free);
            }
            self.contexts.insert(free.clone(), context);
            if free != name {
                renamed.push((name, free));
            }
        }
        renamed
    }

    /// The first of `name`, `name-1`, … that is free or holds the same context.
    fn free_name(&self, name: &str, context: &Context) -> String {
        let free = |name: &str| self.contexts.get(name).is_none_or(|held| held == context);
        if free(name) {
            return name.to_owned();
        }
        // One more candidate than there are names, so one of them is free.
        (1..=self.contexts.len())
            .map(|number| format!("{name}-{number}"))
            .find(|candidate| free(candidate))
            .unwrap_or_else(|| format!("{name}-{}", self.contexts.len() + 1))
    }
}

/// Writes a file that only its owner may read, by way of a new file beside it.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    // A link is followed, so that the file that it means is replaced and the link stays.
    let path = fs::canonicalize(path).unwrap_or_else(|_absent| path.to_path_buf());
    let mut beside = path.clone().into_os_string();
    beside.push(".new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, &path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "context: a\ncontexts:\n    a:\n        endpoints:\n            - 10.0.0.2\n        ca: Y2E=\n        crt: Y3J0\n        key: a2V5\n    b:\n        endpoints: []\n        nodes: null\n";

    #[test]
    fn the_peers_file_is_read_and_written() {
        let contexts = Contexts::parse(FILE).expect("a file");
        assert_eq!(contexts.get(None).expect("a").1.endpoints, ["10.0.0.2"]);
        assert_eq!(contexts.get(Some("b")).expect("b").1, &Context::default());
        let text = yaml::write(&contexts).expect("a document");
        assert_eq!(Contexts::parse(&text).expect("what was written"), contexts);
        assert!(!format!("{contexts:?}").contains("a2V5"));
    }

    #[test]
    fn mistakes_are_named() {
        let check = |text: &str, part: &str| {
            let error = Contexts::parse(text).expect_err("a mistake").to_string();
            assert!(error.contains(part), "{error}");
        };
        check("contexts: {a: {endpoint: [x]}}", "endpoint");
        check("contexts: [", "line 1");
        let none = Contexts::default().get(None).expect_err("none").to_string();
        assert_eq!(none, "no context is in use: osctl config context NAME");
        let other =
            Contexts::parse(FILE).expect("a file").get(Some("c")).expect_err("c").to_string();
        assert_eq!(other, "no context \"c\": there are a, b");
    }

    #[test]
    fn equal_names_with_other_content_are_renamed() {
        let mut held = Contexts::parse(FILE).expect("a file");
        let mut other = held.clone();
        assert!(held.merge(other.clone()).is_empty());
        for expected in ["a-1", "a-2"] {
            other.contexts.get_mut("a").expect("a").cluster = expected.to_owned();
            assert_eq!(held.merge(other.clone()), [("a".to_owned(), expected.to_owned())]);
            assert_eq!(held.context, expected);
        }
        assert_eq!(held.contexts.len(), 4);
    }

    #[test]
    fn the_places_have_an_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut places = Places { home: Some(folder.path().to_path_buf()), ..Places::default() };
        assert_eq!(places.path().expect("home"), folder.path().join(".talos/config"));
        places.variables = [None, Some("talos".into())];
        assert_eq!(places.path().expect("variable"), Path::new("talos"));
        places.variables = [Some("osctl".into()), Some("talos".into())];
        assert_eq!(places.path().expect("variable"), Path::new("osctl"));
        places.flag = Some("flag".into());
        assert_eq!(places.path().expect("flag"), Path::new("flag"));
    }

    #[test]
    fn a_written_file_is_private_and_a_link_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new").join("config");
        Contexts::parse(FILE).expect("a file").write(&path).expect("written");
        assert_eq!(Contexts::load(&path).expect("read").contexts.len(), 2);
        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt as _, symlink};
            let mode = fs::metadata(&path).expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            let link = folder.path().join("link");
            symlink(&path, &link).expect("a link");
            Contexts::default().write(&link).expect("written");
            assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
            assert_eq!(Contexts::load(&path).expect("read"), Contexts::default());
        }
    }
}
