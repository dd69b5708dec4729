//! The machine's name and the kernel's word on itself: `uname(2)`, `sethostname(2)`.

use crate::error::{Calling, Result};

/// What the kernel says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// `6.18.44`.
    pub release: String,
    /// Build number, options and date.
    pub version: String,
    /// `x86_64` or `aarch64`.
    pub machine: String,
}

/// The running kernel.
#[must_use]
pub fn kernel() -> Kernel {
    let uname = rustix::system::uname();
    Kernel {
        release: uname.release().to_string_lossy().into_owned(),
        version: uname.version().to_string_lossy().into_owned(),
        machine: uname.machine().to_string_lossy().into_owned(),
    }
}

/// The machine's name as the kernel has it.
#[must_use]
pub fn hostname() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Sets the machine's name, at most 64 bytes (`HOST_NAME_MAX`).
///
/// # Errors
/// Without `CAP_SYS_ADMIN`, or when the name is too long.
pub fn set_hostname(name: &str) -> Result<()> {
    rustix::system::sethostname(name.as_bytes()).calling("sethostname", name)
}

/// Sets the machine's domain, `(none)` until then.
///
/// # Errors
/// As [`set_hostname`].
pub fn set_domain(name: &str) -> Result<()> {
    rustix::system::setdomainname(name.as_bytes()).calling("setdomainname", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_has_a_release() {
        assert!(kernel().release.contains('.'));
        assert!(!hostname().is_empty());
    }
}
