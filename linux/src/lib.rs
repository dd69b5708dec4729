//! The kernel edge: system calls, netlink, mounts and processes.
//!
//! One module per kernel interface, each a few plain verbs over plain structs. Every descriptor is
//! owned and closes on exec; parsers take bytes; nothing here knows why it is asked, so there is no
//! policy, no retry without a kernel's word for it, and no log line. This is the only crate of the
//! house that may say `unsafe`, and the only one that names the crates which wrap the kernel's
//! interfaces; its callers see `std` types and the types of this crate.

pub mod boot;
pub mod capability;
pub mod cgroup;
mod error;
pub mod ethtool;
pub mod fs;
pub mod host;
pub mod kmsg;
pub mod module;
pub mod mount;
pub mod namespace;
pub mod netlink;
pub mod packet;
pub mod poll;
pub mod power;
pub mod proc;
pub mod process;
pub mod random;
pub mod sandbox;
pub mod signal;
pub mod socket;
pub mod time;

pub use error::{KernelError, Result};
