//! Waiting for several descriptors at once, `poll(2)`.
//!
//! For synchronous programs; those with an async runtime hand their descriptors to it instead.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};

use crate::error::{Calling, Result};

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// There is something to read, or the other side has hung up.
    Read,
    /// Writing would not block.
    Write,
}

/// What is the case with one descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    /// The descriptor's position in the list that was given.
    pub index: usize,
    /// There is something to read.
    pub readable: bool,
    /// Writing would not block.
    pub writable: bool,
    /// The other side has hung up, or the descriptor has an error; a read tells which.
    pub closed: bool,
}

/// Waits until at least one descriptor is ready or `timeout` has passed (`None`: for ever).
///
/// The list holds the ready ones in the order given, and is empty after the timeout, or after an
/// interruption by a signal or debugger: the caller's loop looks at its clock and calls again.
///
/// # Errors
/// When a descriptor is not open or the kernel is out of memory.
pub fn wait(fds: &[(BorrowedFd<'_>, Interest)], timeout: Option<Duration>) -> Result<Vec<Ready>> {
    let mut polled: Vec<PollFd<'_>> = fds
        .iter()
        .map(|(fd, interest)| {
            let flags = match interest {
                Interest::Read => PollFlags::IN,
                Interest::Write => PollFlags::OUT,
            };
            PollFd::from_borrowed_fd(*fd, flags)
        })
        .collect();
    let timeout = timeout.map(|timeout| Timespec {
        tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: timeout.subsec_nanos().into(),
    });
    match rustix::event::poll(&mut polled, timeout.as_ref()) {
        Ok(0) | Err(rustix::io::Errno::INTR) => return Ok(Vec::new()),
        Ok(_) => {}
        Err(source) => return Err(source).calling("poll", fds.len()),
    }
    let ready = polled.iter().enumerate().filter_map(|(index, fd)| {
        let flags = fd.revents();
        (!flags.is_empty()).then(|| Ready {
            index,
            readable: flags.contains(PollFlags::IN),
            writable: flags.contains(PollFlags::OUT),
            closed: flags.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL),
        })
    });
    Ok(ready.collect())
}

/// Makes reads and writes of this descriptor, and of all that share its open file, answer
/// `WouldBlock` instead of waiting.
///
/// # Errors
/// For a descriptor of a kind that cannot.
pub fn set_nonblocking(fd: impl AsFd) -> Result<()> {
    rustix::io::ioctl_fionbio(fd, true).calling("ioctl", "FIONBIO")
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    #[test]
    fn tells_which_is_ready_and_which_is_closed() {
        let (quiet, _keep) = std::io::pipe().unwrap();
        let (full, mut writer) = std::io::pipe().unwrap();
        let fds = [(quiet.as_fd(), Interest::Read), (full.as_fd(), Interest::Read)];
        assert_eq!(wait(&fds, Some(Duration::ZERO)).unwrap(), []);

        writer.write_all(b"x").unwrap();
        let ready = wait(&fds, Some(Duration::from_secs(5))).unwrap();
        assert_eq!(ready, [Ready { index: 1, readable: true, writable: false, closed: false }]);

        drop(writer);
        let ready = wait(&fds, None).unwrap();
        assert_eq!(ready, [Ready { index: 1, readable: true, writable: false, closed: true }]);
    }

    #[test]
    fn a_nonblocking_read_does_not_wait() {
        let (mut reader, _writer) = std::io::pipe().unwrap();
        set_nonblocking(&reader).unwrap();
        assert_eq!(reader.read(&mut [0]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    }
}
