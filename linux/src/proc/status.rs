//! Identity and rights of a process: `proc_pid_status(5)`.

use super::process::file;
use super::text;
use crate::capability::{Set, Sets};
use crate::error::{KernelError, Result};

/// What `/proc/PID/status` says of who a process is and what it may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Effective user.
    pub uid: u32,
    /// Effective group.
    pub gid: u32,
    /// Supplementary groups.
    pub groups: Vec<u32>,
    /// Capability sets.
    pub capabilities: Sets,
    /// Whether it can never gain privileges by executing a file.
    pub no_new_privileges: bool,
    /// Whether a seccomp filter is in force.
    pub filtered: bool,
}

/// Reads `/proc/PID/status`.
///
/// # Errors
/// When there is no such process ([`KernelError::is_absent`]).
pub fn load_status(pid: u32) -> Result<Status> {
    let path = file(pid, "status");
    parse_status(&text(path.as_ref())?)
        .ok_or_else(|| KernelError::form(path, "not a status of a process"))
}

/// The content of a `status`.
#[must_use]
pub fn parse_status(text: &str) -> Option<Status> {
    let field =
        |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    // Real, effective, saved, file system.
    let effective = |name: &str| field(name)?.split_ascii_whitespace().nth(1)?.parse().ok();
    let set = |name: &str| u64::from_str_radix(field(name)?.trim(), 16).ok().map(Set::from_bits);
    Some(Status {
        uid: effective("Uid")?,
        gid: effective("Gid")?,
        groups: field("Groups")?
            .split_ascii_whitespace()
            .filter_map(|group| group.parse().ok())
            .collect(),
        capabilities: Sets {
            bounding: set("CapBnd")?,
            permitted: set("CapPrm")?,
            effective: set("CapEff")?,
            inheritable: set("CapInh")?,
            ambient: set("CapAmb")?,
        },
        no_new_privileges: field("NoNewPrivs").is_some_and(|value| value.trim() == "1"),
        // 2 is SECCOMP_MODE_FILTER.
        filtered: field("Seccomp").is_some_and(|value| value.trim() == "2"),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parses_a_status() {
        let text = "Name:\tx\nUid:\t0\t52\t52\t52\nGid:\t0\t53\t53\t53\nGroups:\t4 5 \nCapInh:\t0\nCapPrm:\t2000\n\
                    CapEff:\t2000\nCapBnd:\t000001ffffffffff\nCapAmb:\t0\nNoNewPrivs:\t1\nSeccomp:\t2\n";
        let status = parse_status(text).unwrap();
        assert_eq!((status.uid, status.gid, status.groups.as_slice()), (52, 53, &[4, 5][..]));
        assert_eq!(
            (status.capabilities.effective, status.capabilities.bounding),
            (Set::NET_RAW, Set::ALL)
        );
        assert!(status.no_new_privileges && status.filtered);
        assert_eq!(parse_status("Name:\tx\n"), None);
    }

    #[test]
    fn knows_itself() {
        assert_eq!(load_status(std::process::id()).unwrap().uid, crate::process::uid());
    }

    proptest! {
        #[test]
        fn never_panics(text in "((Uid|Gid|CapEff|Groups):\t?[0-9a-f\t]*\n){0,8}") {
            drop(parse_status(&text));
        }
    }
}
