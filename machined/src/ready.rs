//! Descriptors that the runtime waits on.

use std::io;
use std::os::fd::{AsFd, AsRawFd};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Lets the runtime wait on a descriptor.
///
/// # Errors
/// When the descriptor cannot be waited on, as a regular file cannot.
pub(crate) fn watch<T: AsFd + AsRawFd>(inner: T, interest: Interest) -> io::Result<AsyncFd<T>> {
    #[expect(
        deprecated,
        reason = "its replacement is unsafe, which only `linux` may say; what makes the old form \
                  unsound is a type whose descriptor changes, and ours own one for their life"
    )]
    AsyncFd::with_interest(inner, interest)
}
