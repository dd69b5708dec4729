//! `Copy`: what is below a path, as a gzip'd tar.

use std::io::{self, Read, Write};
use std::path::Path;

use api::common::Data;
use api::machine::CopyRequest;
use flate2::Compression;
use flate2::write::GzEncoder;
use linux::fs::{Entry, Kind, Walk};
use tar::{Builder, EntryType, Header};
use tonic::Status;

use super::list::{relative, rooted};
use super::stream::{Answers, Sender, data, on_a_thread, problem, queue};
use crate::report;

/// Bytes per answer.
const PIECE: usize = 32 << 10;
/// Files up to this size are read before their header is written. Those of proc say that they are
/// empty, those of sysfs that they are one page, and neither is so.
const KERNEL_FILE: u64 = 4 << 10;
/// Problems that are told one by one; a tree of unreadable files has as many as files.
const PROBLEMS: usize = 100;

/// Starts the archive. What cannot be read is left out and told in the last answer.
pub(super) fn copy(request: &CopyRequest) -> Result<Answers<Data>, Status> {
    if !request.root_path.starts_with('/') {
        let text = format!("path {:?} is not absolute", request.root_path);
        return Err(Status::invalid_argument(text));
    }
    let root = rooted(&request.root_path)?;
    if let Err(error) = linux::fs::metadata(&root) {
        return Err(Status::not_found(report::chain(&error)));
    }
    let (sender, answers) = queue();
    on_a_thread(move || {
        let mut problems = Vec::new();
        if let Err(error) = archive(&root, sender.clone(), &mut problems) {
            problems.push(format!("write the archive: {error}"));
        }
        if !problems.is_empty() {
            // The client may be gone, which is the problem then.
            drop(sender.blocking_send(Ok(problem(told(&problems)))));
        }
    })?;
    Ok(answers)
}

/// The problems as one text, of bounded length.
fn told(problems: &[String]) -> String {
    let shown = problems.get(..PROBLEMS).unwrap_or(problems).join("; ");
    match problems.len().saturating_sub(PROBLEMS) {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}

fn archive(root: &Path, sender: Sender<Data>, problems: &mut Vec<String>) -> io::Result<()> {
    let pieces = Pieces { sender, buffer: Vec::with_capacity(PIECE) };
    let mut tar = Builder::new(GzEncoder::new(pieces, Compression::fast()));
    for found in Walk::new(root, None) {
        if tar.get_ref().get_ref().sender.is_closed() {
            return Ok(());
        }
        match found {
            // A folder has no entry for itself; a single file has its own.
            Ok(entry) if entry.path == root && entry.metadata.kind == Kind::Directory => {}
            Ok(entry) => append(&mut tar, root, &entry, problems)?,
            Err(missed) => problems.push(report::chain(&missed.error)),
        }
    }
    let mut pieces = tar.into_inner()?.finish()?;
    pieces.flush()
}

fn append(
    tar: &mut Builder<impl Write>,
    root: &Path,
    entry: &Entry,
    problems: &mut Vec<String>,
) -> io::Result<()> {
    let metadata = &entry.metadata;
    let mut header = Header::new_gnu();
    header.set_mode(metadata.mode & 0o7777);
    header.set_uid(metadata.uid.into());
    header.set_gid(metadata.gid.into());
    header.set_mtime(u64::try_from(metadata.modified).unwrap_or(0));
    header.set_size(0);
    let name = if entry.path == root {
        root.file_name().unwrap_or_default().to_string_lossy().into_owned()
    } else {
        relative(root, &entry.path)
    };
    match metadata.kind {
        Kind::Directory => {
            header.set_entry_type(EntryType::Directory);
            tar.append_data(&mut header, format!("{name}/"), io::empty())
        }
        Kind::Symlink => {
            header.set_entry_type(EntryType::Symlink);
            let target = metadata.target.clone().unwrap_or_default();
            tar.append_link(&mut header, name, target)
        }
        Kind::Regular => match content(entry) {
            Ok((size, content)) => {
                header.set_size(size);
                tar.append_data(&mut header, name, content)
            }
            Err(error) => {
                problems.push(error);
                Ok(())
            }
        },
        Kind::BlockDevice | Kind::CharDevice | Kind::Fifo | Kind::Socket => Ok(()),
    }
}

/// The size and the content of a file. The size is kept to, whatever happens to the file meanwhile:
/// a file that grows is cut, one that shrinks is filled with zeros.
///
/// The error is a text for the client: what fails here does not fail the archive.
fn content(entry: &Entry) -> Result<(u64, Box<dyn Read>), String> {
    let file = linux::fs::open_regular(&entry.path).map_err(|error| report::chain(&error))?;
    match entry.metadata.size {
        0..=KERNEL_FILE => {
            let mut bytes = Vec::new();
            file.take(KERNEL_FILE)
                .read_to_end(&mut bytes)
                .map_err(|error| format!("read {}: {error}", entry.path.display()))?;
            Ok((bytes.len() as u64, Box::new(io::Cursor::new(bytes))))
        }
        size => Ok((size, Box::new(file.chain(io::repeat(0)).take(size)))),
    }
}

/// Cuts what is written into answers.
struct Pieces {
    sender: Sender<Data>,
    buffer: Vec<u8>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE));
        let gone = |_closed| io::Error::new(io::ErrorKind::BrokenPipe, "the client is gone");
        self.sender.blocking_send(Ok(data(piece))).map_err(gone)
    }
}

#[cfg(test)]
mod tests {
    use flate2::read::GzDecoder;
    use futures_util::StreamExt;

    use super::*;

    async fn copied(root: &Path) -> (Vec<u8>, Vec<String>) {
        let request = CopyRequest { root_path: root.to_string_lossy().into_owned() };
        let mut answers = copy(&request).expect("an archive");
        let (mut bytes, mut problems) = (Vec::new(), Vec::new());
        while let Some(answer) = answers.next().await {
            let answer = answer.expect("an answer");
            bytes.extend(answer.bytes);
            problems.extend(answer.metadata.map(|metadata| metadata.error));
        }
        (bytes, problems)
    }

    #[tokio::test]
    async fn a_folder_comes_with_its_files_links_and_folders() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("sub")).expect("made");
        std::fs::write(folder.path().join("sub/file"), "content").expect("written");
        std::os::unix::fs::symlink("sub/file", folder.path().join("link")).expect("linked");
        let (bytes, problems) = copied(folder.path()).await;
        assert_eq!(problems, Vec::<String>::new());
        let mut names = Vec::new();
        let mut archive = tar::Archive::new(GzDecoder::new(bytes.as_slice()));
        for entry in archive.entries().expect("entries") {
            let mut entry = entry.expect("an entry");
            let mut text = String::new();
            entry.read_to_string(&mut text).expect("text");
            names.push((String::from_utf8_lossy(&entry.path_bytes()).into_owned(), text));
        }
        names.sort();
        let expected = [("link", ""), ("sub/", ""), ("sub/file", "content")];
        assert_eq!(names, expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }

    #[tokio::test]
    async fn a_file_of_the_kernel_has_its_content_whatever_size_it_says() {
        for name in ["/proc/sys/kernel/ostype", "/sys/kernel/mm/transparent_hugepage/enabled"] {
            let Ok(expected) = std::fs::read(name) else { continue };
            let (bytes, problems) = copied(Path::new(name)).await;
            assert_eq!(problems, Vec::<String>::new());
            let mut archive = tar::Archive::new(GzDecoder::new(bytes.as_slice()));
            let mut entry = archive.entries().expect("entries").next().expect("one").expect("one");
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("content");
            assert_eq!(content, expected, "{name}");
        }
    }

    #[test]
    fn problems_are_told_up_to_a_bound() {
        assert_eq!(told(&["a".to_owned(), "b".to_owned()]), "a; b");
        let many = vec!["x".to_owned(); PROBLEMS + 2];
        assert!(told(&many).ends_with("x; and 2 more"));
    }

    #[test]
    fn a_relative_path_is_refused() {
        let refused = copy(&CopyRequest { root_path: "etc".to_owned() }).err();
        assert_eq!(refused.map(|status| status.code()), Some(tonic::Code::InvalidArgument));
    }
}
