//! `Read`: the content of one file.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use api::common::Data;
use api::machine::ReadRequest;
use tonic::{Code, Status};

use super::list::rooted;
use super::stream::{Answers, data, on_a_thread, queue};
use crate::report;

/// Bytes per answer.
const PIECE: usize = 32 << 10;

/// Starts to read a regular file.
pub(super) async fn read(request: &ReadRequest) -> Result<Answers<Data>, Status> {
    let path = rooted(&request.path)?;
    let opened = tokio::task::spawn_blocking(move || open(&path));
    let mut file = opened.await.map_err(|error| Status::internal(error.to_string()))??;
    let (sender, answers) = queue();
    on_a_thread(move || {
        let mut buffer = vec![0; PIECE];
        loop {
            let answer = match file.read(&mut buffer) {
                Ok(0) => return,
                Ok(count) => Ok(data(buffer[..count].to_vec())),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => Err(Status::unknown(error.to_string())),
            };
            let failed = answer.is_err();
            if sender.blocking_send(answer).is_err() || failed {
                return;
            }
        }
    })?;
    Ok(answers)
}

/// Opens what the path leads to, through symbolic links.
fn open(path: &Path) -> Result<File, Status> {
    let refuse = |error: std::io::Error| {
        let code = match error.kind() {
            ErrorKind::NotFound => Code::NotFound,
            _ => Code::Unknown,
        };
        Status::new(code, format!("{}: {error}", path.display()))
    };
    // Before opening: to open a device can have effects.
    if !std::fs::metadata(path).map_err(refuse)?.is_file() {
        return Err(Status::unknown("path must be a regular file"));
    }
    linux::fs::open_regular(path).map_err(|error| Status::unknown(report::chain(&error)))
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;

    fn request(path: &str) -> ReadRequest {
        ReadRequest { path: path.to_owned() }
    }

    #[tokio::test]
    async fn a_file_of_the_kernel_is_read_to_its_end() {
        let mut answers = read(&request("/proc/version")).await.expect("a file");
        let mut text = Vec::new();
        while let Some(answer) = answers.next().await {
            text.extend(answer.expect("a piece").bytes);
        }
        assert_eq!(text, std::fs::read("/proc/version").expect("readable"));
    }

    #[tokio::test]
    async fn links_are_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink("/proc/version", folder.path().join("link")).expect("linked");
        let path = folder.path().join("link").to_string_lossy().into_owned();
        let piece = read(&request(&path)).await.expect("a file").next().await.expect("an answer");
        assert!(piece.expect("a piece").bytes.starts_with(b"Linux version"));
    }

    #[tokio::test]
    async fn only_regular_files_are_read() {
        let code =
            |path| async move { read(&request(path)).await.err().map(|status| status.code()) };
        assert_eq!(code("/proc").await, Some(Code::Unknown));
        assert_eq!(code("/dev/null").await, Some(Code::Unknown));
        assert_eq!(code("/nonexistent").await, Some(Code::NotFound));
    }
}
