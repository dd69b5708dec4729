//! `Mounts`: the mount table with sizes.

use std::path::Path;
use std::time::Duration;

use api::machine::{MountStat, Mounts, MountsResponse};
use linux::fs::Size;
use linux::mount::table;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tonic::Status;

use super::stream::on_a_thread;
use crate::report;

/// How long all file systems together have to say their sizes; one that hangs (a lost network file
/// system) must not hold up the answer for ever.
const DEADLINE: Duration = Duration::from_secs(2);

/// One item per line of the table; zero sizes where there is no folder, and from the first file
/// system on that does not answer in time.
pub(super) async fn mounts() -> Result<MountsResponse, Status> {
    let lines = table::load_lines().map_err(|error| Status::internal(report::chain(&error)))?;
    let targets: Vec<String> = lines.iter().map(|line| line.target.clone()).collect();
    let (sender, mut sizes) = mpsc::channel(targets.len().max(1));
    on_a_thread(move || {
        for target in targets {
            if sender.blocking_send(size(Path::new(&target))).is_err() {
                return;
            }
        }
    })?;
    let end = Instant::now() + DEADLINE;
    let mut stats = Vec::with_capacity(lines.len());
    for line in lines {
        let size = tokio::time::timeout_at(end, sizes.recv()).await.ok().flatten();
        stats.push(stat(line, size.unwrap_or_default()));
    }
    Ok(MountsResponse { messages: vec![Mounts { metadata: None, stats }] })
}

fn size(path: &Path) -> Size {
    match path.is_dir() {
        true => linux::fs::size(path).unwrap_or_default(),
        false => Size::default(),
    }
}

fn stat(line: table::Line, size: Size) -> MountStat {
    MountStat {
        filesystem: line.source,
        size: size.total,
        available: size.available,
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
