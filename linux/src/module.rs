//! Kernel modules: `finit_module(2)`, `modules.dep(5)`.
//!
//! Finds a module by its name or by what a device says it is (`MODALIAS`), and loads what it needs
//! first. Which devices there are is not known here.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::CString;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use crate::error::{Calling, KernelError, Result};
use crate::fs::read_bounded;

mod glob;

/// The largest index file: `modules.alias` of a distribution's whole kernel has 2 MB.
const MAX_INDEX: usize = 32 << 20;

/// How deep dependencies go at most; the kernel's own are some eight deep.
const MAX_DEPTH: usize = 64;

/// `MODULE_INIT_COMPRESSED_FILE` of `linux/module.h`.
const COMPRESSED: i32 = 4;

/// The modules of one kernel.
#[derive(Clone, Debug, Default)]
pub struct Index {
    folder: PathBuf,
    /// By name: its file and the files of those it needs, as `modules.dep` has them.
    files: BTreeMap<String, (String, Vec<String>)>,
    /// Patterns of what devices say they are, and the module for each.
    aliases: Vec<(String, String)>,
    /// Names of what is in the kernel itself.
    builtin: BTreeSet<String>,
}

/// What became of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// It is in the kernel now.
    Now,
    /// It was there before.
    Before,
}

impl Index {
    /// Reads the index files in `folder`, which is `/usr/lib/modules/RELEASE`. A missing file is an
    /// empty one: a kernel without modules has none.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn load(folder: &Path) -> Result<Self> {
        let read = |name: &str| match read_bounded(&folder.join(name), MAX_INDEX) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.is_absent() => Ok(String::new()),
            Err(error) => Err(error),
        };
        let (dep, alias, builtin) =
            (read("modules.dep")?, read("modules.alias")?, read("modules.builtin")?);
        Ok(Self { folder: folder.to_owned(), ..Self::parse(&dep, &alias, &builtin) })
    }

    /// The index of these contents of `modules.dep`, `modules.alias` and `modules.builtin`; lines
    /// of another form are passed over.
    #[must_use]
    pub fn parse(dep: &str, alias: &str, builtin: &str) -> Self {
        let entry = |line: &str| {
            let (file, needs) = line.split_once(':')?;
            let needs = needs.split_ascii_whitespace().map(String::from).collect();
            Some((name_of(file), (file.to_owned(), needs)))
        };
        let pattern = |line: &str| {
            let mut words = line.strip_prefix("alias ")?.split_ascii_whitespace();
            Some((words.next()?.to_owned(), normal(words.next()?)))
        };
        Self {
            folder: PathBuf::new(),
            files: dep.lines().filter_map(entry).collect(),
            aliases: alias.lines().filter_map(pattern).collect(),
            builtin: builtin.lines().filter(|line| !line.is_empty()).map(name_of).collect(),
        }
    }

    /// The modules for a device or file system that says it is `alias` (`pci:v00001AF4d…`,
    /// `fs-xfs`), each once.
    #[must_use]
    pub fn for_alias(&self, alias: &str) -> Vec<&str> {
        let matching = self.aliases.iter().filter(|(pattern, _)| glob::matches(pattern, alias));
        let mut names: Vec<&str> = matching.map(|(_, name)| name.as_str()).collect();
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(*name));
        names
    }

    /// Whether `name` is in the kernel itself.
    #[must_use]
    pub fn is_builtin(&self, name: &str) -> bool {
        self.builtin.contains(&normal(name))
    }

    /// The files of a module and of those it needs, in the order to load them, each once; `None`
    /// for an unknown name.
    ///
    /// `modules.dep` lists all that a module needs, but files beside it may be newer, so what those
    /// need is looked up too.
    #[must_use]
    pub fn files(&self, name: &str) -> Option<Vec<&str>> {
        let mut order = Vec::new();
        self.visit(&normal(name), 0, &mut order)?;
        Some(order)
    }

    fn visit<'a>(&'a self, name: &str, depth: usize, order: &mut Vec<&'a str>) -> Option<()> {
        let (file, needs) = self.files.get(name)?;
        if depth > MAX_DEPTH || order.contains(&file.as_str()) {
            return Some(());
        }
        for need in needs.iter().rev() {
            // One that is not listed itself is built in.
            self.visit(&name_of(need), depth + 1, order);
        }
        if !order.contains(&file.as_str()) {
            order.push(file);
        }
        Some(())
    }

    /// Loads a module after those it needs, with `parameters` as in `modprobe NAME PARAMETERS`.
    ///
    /// # Errors
    /// [`KernelError::Form`] for an unknown name; when the kernel refuses one of them.
    pub fn load_module(&self, name: &str, parameters: &str) -> Result<Loaded> {
        if self.is_builtin(name) {
            return Ok(Loaded::Before);
        }
        let files = self.files(name).ok_or_else(|| KernelError::form(name, "no such module"))?;
        let mut outcome = Loaded::Before;
        for (position, file) in files.iter().enumerate() {
            let parameters = if position + 1 == files.len() { parameters } else { "" };
            outcome = insert(&self.folder.join(file), parameters)?;
        }
        Ok(outcome)
    }
}

/// Gives one module file to the kernel, which unpacks a compressed one itself
/// (`CONFIG_MODULE_DECOMPRESS`).
///
/// # Errors
/// When the kernel refuses it: for its signature, its version, or a symbol that is missing.
pub fn insert(file: &Path, parameters: &str) -> Result<Loaded> {
    let object = file.display();
    let opened = std::fs::File::open(file).calling("open", &object)?;
    let parameters = CString::new(parameters).map_err(|source| {
        KernelError::call("finit_module", &object, std::io::Error::from(source))
    })?;
    let flags =
        if file.extension().is_some_and(|extension| extension != "ko") { COMPRESSED } else { 0 };
    match rustix::system::finit_module(opened.as_fd(), &parameters, flags) {
        Ok(()) => Ok(Loaded::Now),
        Err(rustix::io::Errno::EXIST) => Ok(Loaded::Before),
        Err(source) => Err(source).calling("finit_module", object),
    }
}

/// `kernel/fs/xfs/xfs.ko.zst` is the module `xfs`.
fn name_of(file: &str) -> String {
    let base = file.rsplit('/').next().unwrap_or(file);
    normal(base.split(".ko").next().unwrap_or(base))
}

/// Dash and underscore are the same in module names; the kernel's own form has underscores.
fn normal(name: &str) -> String {
    name.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEP: &str = "kernel/net/a.ko.zst: kernel/net/b.ko.zst kernel/net/c-d.ko\n\
                       kernel/net/b.ko.zst: kernel/net/c-d.ko\nkernel/net/c-d.ko:\nkernel/loop1.ko: kernel/loop2.ko\n\
                       kernel/loop2.ko: kernel/loop1.ko\nnonsense\n";
    const ALIAS: &str = "# a comment\nalias pci:v00001AF4d00001041sv*sd*bc*sc*i* b\nalias pci:v*d*sv*sd*bc02sc*i* c-d\n\
                         alias fs-xfs a\nalias pci:v00001AF4d* b\n";

    fn index() -> Index {
        Index::parse(DEP, ALIAS, "kernel/fs/ext4/ext4.ko\n")
    }

    #[test]
    fn what_is_needed_comes_first() {
        let index = index();
        assert_eq!(
            index.files("a").unwrap(),
            ["kernel/net/c-d.ko", "kernel/net/b.ko.zst", "kernel/net/a.ko.zst"]
        );
        assert_eq!(index.files("c_d").unwrap(), ["kernel/net/c-d.ko"]);
        assert_eq!(index.files("nosuch"), None);
        // A circle, which depmod never makes, ends all the same.
        assert!(index.files("loop1").unwrap().contains(&"kernel/loop1.ko"));
    }

    #[test]
    fn finds_by_alias() {
        let index = index();
        let found = index.for_alias("pci:v00001AF4d00001041sv00001AF4sd00001100bc02sc00i00");
        assert_eq!(found, ["b", "c_d"]);
        assert_eq!(index.for_alias("fs-xfs"), ["a"]);
        assert!(index.for_alias("usb:v1").is_empty());
    }

    #[test]
    fn builtins_need_no_loading() {
        assert!(index().is_builtin("ext4"));
        assert_eq!(index().load_module("ext4", "").unwrap(), Loaded::Before);
        index().load_module("nosuch", "").unwrap_err();
    }

    #[test]
    fn a_kernel_without_modules_has_an_empty_index() {
        let index = Index::load(Path::new("/nonexistent")).unwrap();
        assert_eq!(index.files("a"), None);
    }
}
