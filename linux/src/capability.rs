//! Capability sets, `capabilities(7)`.
//!
//! Values and the calls of the current thread; which process gets which set is the caller's matter.

use std::fmt;

use crate::error::{Calling, Result};

/// The names of all capabilities of Linux 6.18 by number, without `CAP_` and in lower case.
const NAMES: [&str; 41] = [
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
];

/// A set of capabilities, as the kernel's mask: bit n is capability number n.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Set(u64);

impl Set {
    /// No capability.
    pub const EMPTY: Self = Self(0);
    /// Every capability that this crate knows by name.
    pub const ALL: Self = Self((1 << NAMES.len()) - 1);
    /// `CAP_KILL`: signal any process.
    pub const KILL: Self = Self(1 << 5);
    /// `CAP_NET_BIND_SERVICE`: bind ports below 1024.
    pub const NET_BIND_SERVICE: Self = Self(1 << 10);
    /// `CAP_NET_ADMIN`: configure the network.
    pub const NET_ADMIN: Self = Self(1 << 12);
    /// `CAP_NET_RAW`: raw and packet sockets.
    pub const NET_RAW: Self = Self(1 << 13);
    /// `CAP_SYS_MODULE`: load kernel modules.
    pub const SYS_MODULE: Self = Self(1 << 16);
    /// `CAP_SYS_ADMIN`: mounts and much else.
    pub const SYS_ADMIN: Self = Self(1 << 21);
    /// `CAP_SYS_BOOT`: `reboot(2)` and `kexec_load(2)`.
    pub const SYS_BOOT: Self = Self(1 << 22);
    /// `CAP_SYS_RESOURCE`: raise limits and lower OOM scores.
    pub const SYS_RESOURCE: Self = Self(1 << 24);
    /// `CAP_SYS_TIME`: set the clocks.
    pub const SYS_TIME: Self = Self(1 << 25);

    /// The set with this mask; bits without a name are kept, since a newer kernel may know them.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The kernel's mask.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Whether no capability is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This set less the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether all of `other` is in this set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The numbers of the capabilities in the set, ascending.
    pub(crate) fn numbers(self) -> impl Iterator<Item = u32> {
        (0..u64::BITS).filter(move |number| self.0 & (1 << number) != 0)
    }
}

impl fmt::Display for Set {
    /// The names joined by commas, `none`, or `all`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::EMPTY => return f.write_str("none"),
            Self::ALL => return f.write_str("all"),
            _ => {}
        }
        for (position, number) in self.numbers().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            match usize::try_from(number).ok().and_then(|number| NAMES.get(number)) {
                Some(name) => write!(f, "{comma}{name}")?,
                None => write!(f, "{comma}{number}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Set({self})")
    }
}

/// The five sets of a process.
///
/// What survives `execve(2)` of an ordinary file: for a user other than root exactly the ambient
/// set; for root everything in the bounding and inheritable sets, whatever `permitted` said before.
/// So a root process is narrowed by `bounding`, any other by `ambient`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Sets {
    /// What the process and its descendants can ever gain.
    pub bounding: Set,
    /// What it may make effective.
    pub permitted: Set,
    /// What the kernel checks.
    pub effective: Set,
    /// What passes through the execution of files with inheritable capabilities.
    pub inheritable: Set,
    /// What passes through every execution; must be permitted and inheritable too.
    pub ambient: Set,
}

impl Sets {
    /// No capability at all, now and for ever.
    pub const NONE: Self = Self::ambient(Set::EMPTY);
    /// What root has ordinarily.
    pub const ROOT: Self = Self::root(Set::ALL);

    /// Exactly `set`, for this user.
    #[must_use]
    pub const fn of(uid: u32, set: Set) -> Self {
        if uid == 0 { Self::root(set) } else { Self::ambient(set) }
    }

    /// Exactly `set`, for a user other than root.
    #[must_use]
    pub const fn ambient(set: Set) -> Self {
        Self { bounding: set, permitted: set, effective: set, inheritable: set, ambient: set }
    }

    /// Exactly `set`, for root.
    #[must_use]
    pub const fn root(set: Set) -> Self {
        Self {
            bounding: set,
            permitted: set,
            effective: set,
            inheritable: Set::EMPTY,
            ambient: Set::EMPTY,
        }
    }

    /// These sets less what is not in `held`: no process can give what it lacks, and a container's
    /// root lacks some.
    pub(crate) fn within(self, held: Set) -> Self {
        let cut = |set: Set| Set(set.0 & held.0);
        Self {
            bounding: self.bounding,
            permitted: cut(self.permitted),
            effective: cut(self.effective),
            inheritable: cut(self.inheritable),
            ambient: cut(self.ambient),
        }
    }
}

/// Takes every capability that is not in `bounding` out of this thread's bounding set.
///
/// Needs `CAP_SETPCAP`. Numbers that this kernel does not know are passed over.
pub(crate) fn narrow_bounding(bounding: Set) -> rustix::io::Result<()> {
    for number in 0..u64::BITS {
        if bounding.contains(Set(1 << number)) {
            continue;
        }
        let one = rustix::thread::CapabilitySet::from_bits_retain(1 << number);
        match rustix::thread::remove_capability_from_bounding_set(one) {
            // The first number past the last one that the kernel has.
            Err(rustix::io::Errno::INVAL) => return Ok(()),
            other => other?,
        }
    }
    Ok(())
}

/// The permitted set of this thread.
pub(crate) fn permitted() -> rustix::io::Result<Set> {
    rustix::thread::capabilities(None).map(|sets| Set(sets.permitted.bits()))
}

/// Sets the permitted, effective and inheritable sets of this thread.
pub(crate) fn set_thread(sets: &Sets) -> rustix::io::Result<()> {
    let convert = |set: Set| rustix::thread::CapabilitySet::from_bits_retain(set.0);
    rustix::thread::set_capabilities(
        None,
        rustix::thread::CapabilitySets {
            effective: convert(sets.effective),
            permitted: convert(sets.permitted),
            inheritable: convert(sets.inheritable),
        },
    )
}

/// Makes `ambient` the ambient set of this thread.
pub(crate) fn set_ambient(ambient: Set) -> rustix::io::Result<()> {
    rustix::thread::clear_ambient_capability_set()?;
    for number in ambient.numbers() {
        let one = rustix::thread::CapabilitySet::from_bits_retain(1 << number);
        rustix::thread::configure_capability_in_ambient_set(one, true)?;
    }
    Ok(())
}

/// Gives up every capability of this thread for good, the bounding set included where that is
/// permitted.
///
/// Call it before a second thread exists: capabilities belong to threads.
///
/// # Errors
/// When the kernel refuses one of the calls.
pub fn drop_all() -> Result<()> {
    match narrow_bounding(Set::EMPTY) {
        // Without CAP_SETPCAP the bounding set stays; without permitted capabilities it gives
        // nothing.
        Ok(()) | Err(rustix::io::Errno::PERM) => {}
        Err(source) => return Err(source).calling("prctl", "PR_CAPBSET_DROP"),
    }
    set_ambient(Set::EMPTY).calling("prctl", "PR_CAP_AMBIENT_CLEAR_ALL")?;
    set_thread(&Sets::NONE).calling("capset", "none")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sets() {
        assert_eq!(Set::EMPTY.to_string(), "none");
        assert_eq!(Set::ALL.to_string(), "all");
        assert_eq!(Set::NET_RAW.with(Set::KILL).to_string(), "kill,net_raw");
        assert_eq!(Set::from_bits(1 << 60).to_string(), "60");
    }

    #[test]
    fn combines_sets() {
        let both = Set::NET_RAW.with(Set::NET_ADMIN);
        assert!(both.contains(Set::NET_RAW));
        assert!(!both.without(Set::NET_RAW).contains(Set::NET_RAW));
        assert_eq!(both.numbers().collect::<Vec<_>>(), [12, 13]);
        assert_eq!(Set::ALL.bits(), 0x1ff_ffff_ffff);
    }

    #[test]
    fn drops_everything_in_this_thread_alone() {
        let held = permitted().unwrap();
        let dropped = || {
            drop_all().unwrap();
            assert!(permitted().unwrap().is_empty());
        };
        std::thread::spawn(dropped).join().unwrap();
        assert_eq!(permitted().unwrap(), held);
    }
}
