//! `Read`: the content of one file.

use std::io::{ErrorKind, Read};

use api::common::Data;
use api::machine::ReadRequest;
use tonic::{Code, Status};

use super::list::rooted;
use super::stream::{Answers, data, queue};

/// Bytes per answer.
const PIECE: usize = 32 << 10;

/// Starts to read a regular file.
pub(super) async fn read(request: &ReadRequest) -> Result<Answers<Data>, Status> {
    let path = rooted(&request.path)?;
    let opened = tokio::task::spawn_blocking(move || open(&path));
    let mut file = opened.await.map_err(|error| Status::internal(error.to_string()))??;
    let (sender, answers) = queue();
    tokio::task::spawn_blocking(move || {
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
    });
    Ok(answers)
}

fn open(path: &std::path::Path) -> Result<std::fs::File, Status> {
    let refuse = |error: std::io::Error| {
        let code = match error.kind() {
            ErrorKind::NotFound => Code::NotFound,
            _ => Code::Unknown,
        };
        Status::new(code, format!("{}: {error}", path.display()))
    };
    // Before opening: to open a device or a pipe can wait or have effects.
    let metadata = std::fs::metadata(path).map_err(refuse)?;
    if !metadata.is_file() {
        return Err(Status::unknown("path must be a regular file"));
    }
    std::fs::File::open(path).map_err(refuse)
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
    async fn only_regular_files_are_read() {
        let code =
            |path| async move { read(&request(path)).await.err().map(|status| status.code()) };
        assert_eq!(code("/proc").await, Some(Code::Unknown));
        assert_eq!(code("/dev/null").await, Some(Code::Unknown));
        assert_eq!(code("/nonexistent").await, Some(Code::NotFound));
    }
}
