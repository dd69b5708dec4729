//! Descriptors that a parent handed on, `sd_listen_fds(3)` without the check of the pid.
//!
//! The parent names no pid, since it knows it only after the fork; our parents set the environment
//! anew for each child, so it cannot be that of another process.
#![expect(unsafe_code, reason = "numbers from the environment become owned descriptors")]

use std::collections::BTreeMap;
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::io::FdFlags;

use crate::error::{Calling, KernelError, Result};

/// The first inherited descriptor, after the three standard ones.
const FIRST: RawFd = 3;

/// The most that [`crate::process::spawn`] hands on.
const MAX: usize = 32;

/// Whether the descriptors have an owner already.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The descriptors that the parent handed on, by name; each closes on exec from now on.
///
/// Call it at the start of `main`, before anything opens a descriptor. Without the two variables
/// the map is empty.
///
/// # Errors
/// When called a second time, when the variables contradict each other, or when a descriptor is not
/// open.
pub fn take_inherited() -> Result<BTreeMap<String, OwnedFd>> {
    if TAKEN.swap(true, Ordering::SeqCst) {
        return Err(KernelError::form("LISTEN_FDS", "taken already"));
    }
    let variable = |name| std::env::var(name).unwrap_or_default();
    let names = parse(&variable("LISTEN_FDS"), &variable("LISTEN_FDNAMES"))?;
    let mut taken = BTreeMap::new();
    for (name, raw) in names.into_iter().zip(FIRST..) {
        // SAFETY: the parent opened the numbers from FIRST on for us (the contract of the two
        // variables), so the number is either open for the time of this borrow or refused by the
        // call below.
        let borrowed = unsafe { BorrowedFd::borrow_raw(raw) };
        rustix::io::fcntl_setfd(borrowed, FdFlags::CLOEXEC).calling("fcntl", &name)?;
        // SAFETY: the number is open, as fcntl has just shown, and TAKEN lets only one caller make
        // its owner.
        let owned = unsafe { OwnedFd::from_raw_fd(raw) };
        taken.insert(name, owned);
    }
    Ok(taken)
}

/// The names, in the order of the descriptors.
fn parse(count: &str, names: &str) -> Result<Vec<String>> {
    let names: Vec<String> =
        names.split(':').filter(|name| !name.is_empty()).map(String::from).collect();
    let count: usize = match count {
        "" => 0,
        digits => digits.parse().map_err(|source| {
            KernelError::call(
                "parse",
                "LISTEN_FDS",
                std::io::Error::new(std::io::ErrorKind::InvalidData, source),
            )
        })?,
    };
    if count != names.len() || count > MAX {
        return Err(KernelError::form(
            "LISTEN_FDNAMES",
            "not as many names as descriptors, or too many",
        ));
    }
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(KernelError::form("LISTEN_FDNAMES", "a name twice"));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_count_agree() {
        assert_eq!(parse("", "").unwrap(), Vec::<String>::new());
        assert_eq!(parse("2", "init:machine").unwrap(), ["init", "machine"]);
        parse("1", "init:machine").unwrap_err();
        parse("2", "").unwrap_err();
        parse("x", "").unwrap_err();
        parse("2", "a:a").unwrap_err();
        parse("-1", "a").unwrap_err();
    }
}
