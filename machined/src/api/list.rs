//! `List` and `DiskUsage`: what is below a path.

use std::path::{Path, PathBuf};

use api::machine::list_request::Type;
use api::machine::{DiskUsageInfo, DiskUsageRequest, FileInfo, ListRequest, Xattr};
use linux::fs::{Entry, Kind, Metadata, Missed, Walk};
use tonic::Status;

use super::stream::{Answers, Sender, on_a_thread, queue};
use crate::report;

/// Longest path in bytes: PATH_MAX of linux/limits.h.
const LONGEST_PATH: usize = 4096;
/// Sizes held at once for one root: about 20 MB of names.
const ITEMS: usize = 100_000;

/// A path of a client: absolute, a missing leading slash is put before it.
pub(super) fn rooted(path: &str) -> Result<PathBuf, Status> {
    if path.len() > LONGEST_PATH || path.contains('\0') {
        return Err(Status::invalid_argument("path is over 4096 bytes or holds a NUL"));
    }
    Ok(Path::new("/").join(path))
}

/// Starts the list. Errors of single files are in their items.
pub(super) fn list(request: &ListRequest) -> Result<Answers<FileInfo>, Status> {
    let root = rooted(&request.root)?;
    let depth = depth(request.recurse, request.recursion_depth);
    let kinds = kinds(&request.types);
    let with_xattrs = request.report_xattrs;
    let (sender, answers) = queue();
    on_a_thread(move || {
        for found in Walk::new(&root, depth).take_while(|_| !sender.is_closed()) {
            let item = match found {
                Ok(entry) if !kinds.is_empty() && !kinds.contains(&entry.metadata.kind) => continue,
                Ok(entry) => info(&root, &entry, with_xattrs),
                Err(missed) => missing(&root, &missed),
            };
            if sender.blocking_send(Ok(item)).is_err() {
                return;
            }
        }
    })?;
    Ok(answers)
}

/// How deep to go: one level without `recurse`; with it as said, 0 meaning to the bottom.
fn depth(recurse: bool, levels: i32) -> Option<usize> {
    match (recurse, usize::try_from(levels)) {
        (false, _) => Some(1),
        (true, Ok(0) | Err(_)) => None,
        (true, Ok(levels)) => Some(levels),
    }
}

fn kinds(types: &[i32]) -> Vec<Kind> {
    let known = types.iter().filter_map(|number| Type::try_from(*number).ok());
    known
        .map(|kind| match kind {
            Type::Regular => Kind::Regular,
            Type::Directory => Kind::Directory,
            Type::Symlink => Kind::Symlink,
        })
        .collect()
}

fn info(root: &Path, entry: &Entry, with_xattrs: bool) -> FileInfo {
    let metadata = &entry.metadata;
    let (xattrs, error) = match with_xattrs.then(|| linux::fs::xattrs(&entry.path)) {
        None => (Vec::new(), String::new()),
        Some(Ok(found)) => (found, String::new()),
        Some(Err(error)) => (Vec::new(), report::chain(&error)),
    };
    let link = metadata.target.as_deref().unwrap_or(Path::new(""));
    FileInfo {
        metadata: None,
        name: entry.path.to_string_lossy().into_owned(),
        size: i64::try_from(metadata.size).unwrap_or(i64::MAX),
        mode: go_mode(metadata),
        modified: metadata.modified,
        is_dir: metadata.kind == Kind::Directory,
        error,
        link: link.to_string_lossy().into_owned(),
        relative_name: match entry.path.file_name() {
            // A single file is listed by its name.
            Some(name) if entry.path == root && metadata.kind != Kind::Directory => {
                name.to_string_lossy().into_owned()
            }
            Some(_) | None => relative(root, &entry.path),
        },
        uid: metadata.uid,
        gid: metadata.gid,
        xattrs: xattrs
            .into_iter()
            .map(|xattr| Xattr { name: xattr.name, data: xattr.value })
            .collect(),
    }
}

fn missing(root: &Path, missed: &Missed) -> FileInfo {
    FileInfo {
        name: missed.path.to_string_lossy().into_owned(),
        relative_name: relative(root, &missed.path),
        error: report::chain(&missed.error),
        ..FileInfo::default()
    }
}

/// The path below the root; the root itself is `.`.
pub(super) fn relative(root: &Path, path: &Path) -> String {
    match path.strip_prefix(root) {
        Ok(rest) if !rest.as_os_str().is_empty() => rest.to_string_lossy().into_owned(),
        Ok(_) | Err(_) => ".".to_owned(),
    }
}

/// The mode as Go writes it (io/fs, FileMode), which the contract carries: the low nine bits are the
/// permissions, the rest is not that of stat(2).
fn go_mode(metadata: &Metadata) -> u32 {
    const SETUID: u32 = 0o4000;
    const SETGID: u32 = 0o2000;
    const STICKY: u32 = 0o1000;
    let kind = match metadata.kind {
        Kind::Regular => 0,
        Kind::Directory => 1 << 31,
        Kind::Symlink => 1 << 27,
        Kind::BlockDevice => 1 << 26,
        Kind::CharDevice => 1 << 26 | 1 << 21,
        Kind::Fifo => 1 << 25,
        Kind::Socket => 1 << 24,
    };
    let special = [(SETUID, 1 << 23), (SETGID, 1 << 22), (STICKY, 1 << 20)];
    let special = special.iter().filter(|(bit, _)| metadata.mode & bit != 0).map(|(_, go)| go);
    metadata.mode & 0o777 | kind | special.sum::<u32>()
}

/// Starts the sums: one item per folder down to the depth asked for, and files if asked for.
pub(super) fn disk_usage(request: &DiskUsageRequest) -> Result<Answers<DiskUsageInfo>, Status> {
    let roots = if request.paths.is_empty() { vec!["/".to_owned()] } else { request.paths.clone() };
    let roots: Vec<PathBuf> = roots.iter().map(|path| rooted(path)).collect::<Result<_, _>>()?;
    let depth = usize::try_from(request.recursion_depth).unwrap_or(0);
    let (all, threshold) = (request.all, request.threshold);
    let (sender, answers) = queue();
    on_a_thread(move || {
        for root in roots {
            for item in usage(&root, depth, all, &sender) {
                let shown = threshold == 0
                    || (threshold > 0 && item.size >= threshold)
                    || (threshold < 0 && item.size <= -threshold);
                if shown && sender.blocking_send(Ok(item)).is_err() {
                    return;
                }
            }
        }
    })?;
    Ok(answers)
}

/// Sizes of what is below `root`, in bytes on disk, deepest first; nothing for a client that is gone.
///
/// A folder's sum is known only at its end, so the items are held; of those over [`ITEMS`] only the
/// folders above them have their size.
fn usage(
    root: &Path,
    depth: usize,
    all: bool,
    client: &Sender<DiskUsageInfo>,
) -> Vec<DiskUsageInfo> {
    let mut sums: std::collections::BTreeMap<PathBuf, u64> = std::collections::BTreeMap::new();
    let mut errors = Vec::new();
    for found in Walk::new(root, None).take_while(|_| !client.is_closed()) {
        match found {
            Ok(entry) => {
                let folder = entry.metadata.kind == Kind::Directory;
                for above in entry.path.ancestors().take_while(|path| path.starts_with(root)) {
                    let level =
                        above.strip_prefix(root).map_or(0, |path| path.components().count());
                    let own = above == entry.path && !folder;
                    if level > depth || (own && !all && above != root) {
                        continue;
                    }
                    if sums.len() < ITEMS || sums.contains_key(above) {
                        *sums.entry(above.to_owned()).or_default() += entry.metadata.allocated;
                    }
                }
            }
            Err(_missed) if errors.len() >= ITEMS => {}
            Err(missed) => errors.push(DiskUsageInfo {
                name: missed.path.to_string_lossy().into_owned(),
                relative_name: relative(root, &missed.path),
                error: report::chain(&missed.error),
                ..DiskUsageInfo::default()
            }),
        }
    }
    let items = sums.into_iter().rev().map(|(path, size)| DiskUsageInfo {
        name: path.to_string_lossy().into_owned(),
        relative_name: relative(root, &path),
        size: i64::try_from(size).unwrap_or(i64::MAX),
        ..DiskUsageInfo::default()
    });
    errors.into_iter().chain(items).collect()
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;

    fn metadata(kind: Kind, mode: u32) -> Metadata {
        let mut metadata = linux::fs::metadata("/".as_ref()).expect("a root");
        metadata.kind = kind;
        metadata.mode = mode;
        metadata
    }

    #[test]
    fn modes_are_those_of_go() {
        let check = |kind, mode, expected| assert_eq!(go_mode(&metadata(kind, mode)), expected);
        check(Kind::Regular, 0o644, 0o644);
        check(Kind::Directory, 0o1777, 1 << 31 | 1 << 20 | 0o777);
        check(Kind::Symlink, 0o777, 1 << 27 | 0o777);
        check(Kind::CharDevice, 0o600, 1 << 26 | 1 << 21 | 0o600);
        check(Kind::Regular, 0o4755, 1 << 23 | 0o755);
        check(Kind::Regular, 0o2755, 1 << 22 | 0o755);
    }

    #[test]
    fn depths_are_as_clients_mean_them() {
        assert_eq!(depth(false, 5), Some(1));
        assert_eq!(depth(true, 0), None);
        assert_eq!(depth(true, 3), Some(3));
    }

    #[tokio::test]
    async fn a_folder_is_listed_with_its_root_and_by_kind() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("a")).expect("made");
        std::fs::write(folder.path().join("a/b"), "text").expect("written");
        let root = folder.path().to_string_lossy().into_owned();
        let request = ListRequest { root, recurse: true, ..ListRequest::default() };
        let names = |mut answers: Answers<FileInfo>| async move {
            let mut names = Vec::new();
            while let Some(item) = answers.next().await {
                names.push(item.expect("an item").relative_name);
            }
            names.sort();
            names
        };
        assert_eq!(names(list(&request).expect("a list")).await, [".", "a", "a/b"]);
        let request = ListRequest { types: vec![Type::Regular.into()], ..request };
        assert_eq!(names(list(&request).expect("a list")).await, ["a/b"]);
    }

    #[tokio::test]
    async fn a_single_file_is_listed_by_its_name() {
        let request = ListRequest { root: "/proc/version".to_owned(), ..ListRequest::default() };
        let item = list(&request).expect("a list").next().await.expect("an item").expect("an item");
        assert_eq!((item.name.as_str(), item.relative_name.as_str()), ("/proc/version", "version"));
    }

    #[tokio::test]
    async fn what_is_absent_is_told_in_its_item() {
        let request = ListRequest { root: "nonexistent".to_owned(), ..ListRequest::default() };
        let item = list(&request).expect("a list").next().await.expect("an item").expect("an item");
        assert_eq!(item.name, "/nonexistent");
        assert!(item.error.contains("No such file"), "{}", item.error);
    }

    #[test]
    fn usage_adds_up() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("a")).expect("made");
        std::fs::write(folder.path().join("a/b"), vec![1; 10_000]).expect("written");
        let (client, _answers) = queue();
        let items = usage(folder.path(), 1, false, &client);
        let names: Vec<&str> = items.iter().map(|item| item.relative_name.as_str()).collect();
        assert_eq!(names, ["a", "."]);
        assert!(items[0].size >= 10_000 && items[1].size >= items[0].size);
    }
}
