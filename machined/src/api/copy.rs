//! `Copy`: what is below a path, as a gzip'd tar.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use api::common::Data;
use api::machine::CopyRequest;
use flate2::Compression;
use flate2::write::GzEncoder;
use linux::fs::{Entry, Kind, Walk};
use tar::{Builder, EntryType, Header};
use tonic::Status;

use super::list::relative;
use super::stream::{Answers, Sender, data, problem, queue};
use crate::report;

/// Bytes per answer.
const PIECE: usize = 32 << 10;
/// How much is read of a file that says it is empty: the kernel's files do and are not.
const KERNEL_FILE: u64 = 4 << 10;

/// Starts the archive. What cannot be read is left out and told in the last answer.
pub(super) fn copy(request: &CopyRequest) -> Result<Answers<Data>, Status> {
    let root = Path::new(&request.root_path).to_owned();
    if !root.is_absolute() {
        return Err(Status::invalid_argument(format!(
            "path {:?} is not absolute",
            request.root_path
        )));
    }
    if let Err(error) = linux::fs::metadata(&root) {
        return Err(Status::not_found(report::chain(&error)));
    }
    let (sender, answers) = queue();
    tokio::task::spawn_blocking(move || {
        let mut problems = Vec::new();
        if let Err(error) = archive(&root, sender.clone(), &mut problems) {
            problems.push(format!("write the archive: {error}"));
        }
        if !problems.is_empty() {
            // The client may be gone, which is the problem then.
            drop(sender.blocking_send(Ok(problem(problems.join("; ")))));
        }
    });
    Ok(answers)
}

fn archive(root: &Path, sender: Sender<Data>, problems: &mut Vec<String>) -> io::Result<()> {
    let pieces = Pieces { sender, buffer: Vec::with_capacity(PIECE) };
    let mut tar = Builder::new(GzEncoder::new(pieces, Compression::fast()));
    for found in Walk::new(root, None) {
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
                problems.push(format!("{}: {error}", entry.path.display()));
                Ok(())
            }
        },
        Kind::BlockDevice | Kind::CharDevice | Kind::Fifo | Kind::Socket => Ok(()),
    }
}

/// The size and the content of a file. The size is kept to, whatever happens to the file meanwhile:
/// a file that grows is cut, one that shrinks is filled with zeros.
fn content(entry: &Entry) -> io::Result<(u64, Box<dyn Read>)> {
    let file = File::open(&entry.path)?;
    match entry.metadata.size {
        0 => {
            let mut bytes = Vec::new();
            file.take(KERNEL_FILE).read_to_end(&mut bytes)?;
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

    #[test]
    fn a_relative_path_is_refused() {
        let refused = copy(&CopyRequest { root_path: "etc".to_owned() }).err();
        assert_eq!(refused.map(|status| status.code()), Some(tonic::Code::InvalidArgument));
    }
}
