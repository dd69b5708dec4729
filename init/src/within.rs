//! Calls that have no deadline of their own, given one.
//!
//! The kernel offers no way to give up `sync(2)`, `umount2(2)` or `getrandom(2)`. Such a call is
//! made in a thread, and the thread is left behind when its time is over: the machine is about to
//! end, or can do without the answer.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Does `work`, and says whether it was done within `limit`.
pub(crate) fn within(limit: Duration, work: impl FnOnce() + Send + 'static) -> bool {
    let (done, wait) = mpsc::channel();
    let worker = thread::Builder::new().spawn(move || {
        work();
        // Nobody waits any more when it took too long.
        done.send(()).ok();
    });
    worker.is_ok() && wait.recv_timeout(limit).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_for_what_ends_and_leaves_what_does_not() {
        assert!(within(Duration::from_secs(10), || ()));
        let (_hold, never) = mpsc::channel::<()>();
        assert!(!within(Duration::from_millis(20), move || {
            never.recv_timeout(Duration::from_secs(10)).ok();
        }));
    }
}
