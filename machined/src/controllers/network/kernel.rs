//! What the network's controllers share at the kernel's edge.

use std::collections::BTreeMap;

use cosi::{BoxError, Waker};
use linux::netlink::route::{Changes, Link, Monitor};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::ready;

/// Wakes a controller when the kernel's lists change in the way that `concerns` says.
///
/// Without word of changes the controller still follows its inputs.
pub(super) fn follow(waker: Waker, concerns: fn(Changes) -> bool) {
    let mut monitor = match open() {
        Ok(monitor) => monitor,
        Err(error) => {
            tracing::error!("changes of the network will not be seen: {error}");
            return;
        }
    };
    // What changed between the first list and now.
    waker.wake();
    tokio::spawn(async move {
        while let Ok(mut ready) = monitor.readable_mut().await {
            match ready.get_inner_mut().read() {
                Ok(changes) if concerns(changes) => waker.wake(),
                Ok(_) => {}
                Err(error) => tracing::warn!("word of changes of the network: {error}"),
            }
            ready.clear_ready();
        }
    });
}

fn open() -> Result<AsyncFd<Monitor>, BoxError> {
    Ok(ready::watch(Monitor::open()?, Interest::READABLE)?)
}

/// Names of links by their numbers.
pub(super) fn names(links: &[Link]) -> BTreeMap<u32, &str> {
    links.iter().map(|link| (link.index, link.name.as_str())).collect()
}
