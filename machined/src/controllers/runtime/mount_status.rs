//! Says what is mounted.
//!
//! reads    nothing
//! writes   `MountStatus` in `runtime`, named by target
//! touches  `/proc/self/mountinfo`; the kernel wakes it with each change of the table (proc(5))

use std::fs::File;

use cosi::{BoxError, Context, Controller, Declaration, Waker, exclusive};
use linux::mount::table::{self, Entry};
use resources::namespace::RUNTIME;
use resources::runtime::MountStatus;
use tokio::io::Interest;

use crate::ready;

const DECLARATION: Declaration = Declaration {
    name: "runtime.MountStatus",
    inputs: &[],
    outputs: &[exclusive::<MountStatus>()],
};

/// The controller.
#[derive(Debug)]
pub(super) struct MountStatusController;

impl Controller for MountStatusController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn start(&mut self, waker: Waker) {
        tokio::spawn(async move {
            if let Err(error) = follow(&waker).await {
                tracing::warn!("mounts: changes are not seen: {error}");
            }
        });
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let entries = table::load()?;
        cx.converge(RUNTIME, plan(&entries))?;
        Ok(())
    }
}

async fn follow(waker: &Waker) -> std::io::Result<()> {
    let table = File::open("/proc/self/mountinfo")?;
    let table = ready::watch(table, Interest::PRIORITY)?;
    loop {
        let mut ready = table.ready(Interest::PRIORITY).await?;
        ready.clear_ready();
        waker.wake();
    }
}

/// One for each target; of several mounts on one target the last, which is the one that is seen.
fn plan(entries: &[Entry]) -> std::collections::BTreeMap<String, MountStatus> {
    let status = |entry: &Entry| MountStatus {
        source: entry.source.clone(),
        target: entry.target.clone(),
        filesystem_type: entry.kind.clone(),
        options: entry.options.split(',').map(str::to_owned).collect(),
        ..MountStatus::default()
    };
    entries.iter().map(|entry| (entry.target.clone(), status(entry))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_mount_on_a_target_counts() {
        let table = b"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:5 / /var rw - tmpfs tmpfs rw\n\
                      3 1 8:2 / /var ro,nosuid - xfs /dev/sda2 rw\n";
        let entries = table::parse(table).expect("a table");
        let wanted = plan(&entries);
        assert_eq!(wanted.keys().collect::<Vec<_>>(), ["/", "/var"]);
        assert_eq!(wanted["/var"].filesystem_type, "xfs");
        assert_eq!(wanted["/var"].options, ["ro", "nosuid"]);
    }
}
