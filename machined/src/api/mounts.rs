//! `Mounts`: the mount table with sizes.

use std::path::Path;
use std::time::Duration;

use api::machine::{MountStat, Mounts, MountsResponse};
use linux::mount::table;
use tonic::Status;

use crate::report;

/// How long all file systems together have to say their sizes; one that hangs (a lost network file
/// system) must not hold up the answer for ever.
const DEADLINE: Duration = Duration::from_secs(5);

/// One item per line of the table; zero sizes where there is no folder.
pub(super) async fn mounts() -> Result<MountsResponse, Status> {
    let lines = table::load_lines().map_err(|error| Status::internal(report::chain(&error)))?;
    let sizes = tokio::task::spawn_blocking(move || lines.into_iter().map(stat).collect());
    let stats = tokio::time::timeout(DEADLINE, sizes)
        .await
        .map_err(|_elapsed| Status::deadline_exceeded("a file system does not say its size"))?
        .map_err(|error| Status::internal(error.to_string()))?;
    Ok(MountsResponse { messages: vec![Mounts { metadata: None, stats }] })
}

fn stat(line: table::Line) -> MountStat {
    let path = Path::new(&line.target);
    let size = if path.is_dir() { linux::fs::size(path).ok() } else { None };
    MountStat {
        filesystem: line.source,
        size: size.as_ref().map_or(0, |size| size.total),
        available: size.as_ref().map_or(0, |size| size.available),
        mounted_on: line.target,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_line_of_the_table_is_there() {
        let text = std::fs::read_to_string("/proc/self/mounts").expect("readable");
        let answer = mounts().await.expect("an answer");
        assert_eq!(answer.messages[0].stats.len(), text.lines().count());
    }
}
