//! The client's own file: which it is, and reading and changing it.
//!
//! Its format is the peer's talosconfig, so both clients work on one file; `config` knows its fields.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use config::client::ClientContext;
use config::{ClientConfig, fault};

use crate::exit::usage;

/// Where Kubernetes puts the file for pods that may use the machine API.
const POD_PATH: &str = "/var/run/secrets/talos.dev/config";
/// Largest file that is read: some thousand contexts.
const MAX_FILE: u64 = 8 << 20;

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

/// Reads the file. An absent one is an empty value: the first `config add` or `merge` makes it.
pub(crate) fn load(path: &Path) -> anyhow::Result<ClientConfig> {
    match read(path) {
        Ok(bytes) => parse(&bytes).with_context(|| path.display().to_string()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(ClientConfig::default()),
        Err(error) => Err(error).with_context(|| format!("read {}", path.display())),
    }
}

/// Reads the text of a file.
pub(crate) fn parse(bytes: &[u8]) -> anyhow::Result<ClientConfig> {
    ClientConfig::decode(bytes).map_err(|faults| usage(fault::summary(&faults)))
}

/// The bytes of a file, of which more than [`MAX_FILE`] would not be the client's.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    use io::Read as _;
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 8 MiB"));
    }
    Ok(bytes)
}

/// Writes the file for its owner alone.
pub(crate) fn write(config: &ClientConfig, path: &Path) -> anyhow::Result<()> {
    write_private(path, config.encode().as_bytes())
        .with_context(|| format!("write {}", path.display()))
}

/// The context with the given name, or the one in use.
pub(crate) fn get<'a>(
    config: &'a ClientConfig,
    name: Option<&str>,
) -> anyhow::Result<(&'a str, &'a ClientContext)> {
    let name = name.or(config.context.as_deref()).unwrap_or_default();
    if name.is_empty() {
        return Err(usage("no context is in use: osctl config context NAME"));
    }
    match config.contexts.get_key_value(name) {
        Some((name, context)) => Ok((name, context)),
        None => Err(usage(format!("no context {name:?}: {}", known(config)))),
    }
}

/// The same to change it.
pub(crate) fn get_mut<'a>(
    config: &'a mut ClientConfig,
    name: Option<&str>,
) -> anyhow::Result<&'a mut ClientContext> {
    let name = get(config, name)?.0.to_owned();
    config.contexts.get_mut(&name).ok_or_else(|| usage(format!("no context {name:?}")))
}

/// A sentence with the names that exist.
fn known(config: &ClientConfig) -> String {
    if config.contexts.is_empty() {
        return "the client configuration has none".to_owned();
    }
    let names: Vec<&str> = config.contexts.keys().map(String::as_str).collect();
    format!("there are {}", names.join(", "))
}

/// Takes over the contexts of another file. A name that exists with other content gets a number
/// behind it; returned are the pairs of old and new names.
pub(crate) fn merge(config: &mut ClientConfig, other: ClientConfig) -> Vec<(String, String)> {
    let mut renamed = Vec::new();
    for (name, context) in other.contexts {
        let free = free_name(config, &name, &context);
        if other.context.as_ref() == Some(&name) {
            config.context = Some(free.clone());
        }
        config.contexts.insert(free.clone(), context);
        if free != name {
            renamed.push((name, free));
        }
    }
    renamed
}

/// The first of `name`, `name-1`, … that is free or holds the same context.
fn free_name(config: &ClientConfig, name: &str, context: &ClientContext) -> String {
    let free = |name: &str| config.contexts.get(name).is_none_or(|held| held == context);
    if free(name) {
        return name.to_owned();
    }
    // One more candidate than there are names, so one of them is free.
    let last = config.contexts.len() + 1;
    (1..last)
        .map(|number| format!("{name}-{number}"))
        .find(|candidate| free(candidate))
        .unwrap_or_else(|| format!("{name}-{last}"))
}

/// Writes a file that only its owner may read, by way of a new file beside it, so that an
/// interrupted write leaves the old one.
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

    const FILE: &str = "context: a\ncontexts:\n    a:\n        endpoints:\n            - 10.0.0.2\n    b:\n        endpoints: []\n        nodes: null\n";

    fn file() -> ClientConfig {
        parse(FILE.as_bytes()).expect("a file")
    }

    #[test]
    fn mistakes_are_named() {
        let check = |text: &str, expected: &str| {
            let error = parse(text.as_bytes()).expect_err("a mistake").to_string();
            assert_eq!(error, expected);
        };
        check("contexts: {a: {key: x}}", "1:21: contexts.a.key: must be base64 of PEM text");
        let none = get(&ClientConfig::default(), None).expect_err("none").to_string();
        assert_eq!(none, "no context is in use: osctl config context NAME");
        let other = get(&file(), Some("c")).expect_err("c").to_string();
        assert_eq!(other, "no context \"c\": there are a, b");
    }

    #[test]
    fn equal_names_with_other_content_are_renamed() {
        let mut held = file();
        let mut other = held.clone();
        assert!(merge(&mut held, other.clone()).is_empty());
        for expected in ["a-1", "a-2"] {
            other.contexts.get_mut("a").expect("a").cluster = Some(expected.to_owned());
            let renamed = merge(&mut held, other.clone());
            assert_eq!(renamed, [("a".to_owned(), expected.to_owned())]);
            assert_eq!(held.context.as_deref(), Some(expected));
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
        write(&file(), &path).expect("written");
        assert_eq!(load(&path).expect("read"), file());
        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt as _, symlink};
            let mode = fs::metadata(&path).expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            let link = folder.path().join("link");
            symlink(&path, &link).expect("a link");
            write(&ClientConfig::default(), &link).expect("written");
            assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
            assert_eq!(load(&path).expect("read"), ClientConfig::default());
        }
    }
}
