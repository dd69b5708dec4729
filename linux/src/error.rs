//! The one error of the kernel edge: what was asked, of what, and the kernel's answer.
//!
//! There is no enum per module here, because at this edge every fault has the same shape and
//! callers decide by the error number, not by the module.

use std::fmt::Display;
use std::io;

/// The result of a verb of this crate.
pub type Result<T> = std::result::Result<T, KernelError>;

/// Why the kernel, or what it sent, did not let a verb succeed.
#[derive(Debug, thiserror::Error)]
pub enum KernelError {
    /// A system call was refused.
    #[error("{call} {object}")]
    Call {
        /// The system call or netlink message, as its manual page names it.
        call: &'static str,
        /// What it was asked of: a path, an interface, a pid.
        object: String,
        /// The kernel's answer.
        #[source]
        source: io::Error,
    },
    /// A system call was refused and the kernel said why in words.
    #[error("{call} {object}: {reason}")]
    Explained {
        /// The system call.
        call: &'static str,
        /// What it was asked of.
        object: String,
        /// The kernel's own words, from the file system context or an extended acknowledgement.
        reason: String,
        /// The kernel's answer.
        #[source]
        source: io::Error,
    },
    /// Something had another form or size than its interface promises.
    #[error("{object}: {reason}")]
    Form {
        /// What was read or given.
        object: String,
        /// What about it was unexpected.
        reason: &'static str,
    },
}

impl KernelError {
    /// A refused call, with the source as any of the error number types at this edge.
    pub(crate) fn call(
        call: &'static str,
        object: impl Display,
        source: impl Into<io::Error>,
    ) -> Self {
        Self::Call { call, object: object.to_string(), source: source.into() }
    }

    /// Something of unexpected form.
    pub(crate) fn form(object: impl Display, reason: &'static str) -> Self {
        Self::Form { object: object.to_string(), reason }
    }

    /// The kind of the kernel's answer; [`io::ErrorKind::InvalidData`] for unexpected forms.
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Call { source, .. } | Self::Explained { source, .. } => source.kind(),
            Self::Form { .. } => io::ErrorKind::InvalidData,
        }
    }

    /// The error number (`errno(3)`), where the kernel gave one.
    #[must_use]
    pub fn errno(&self) -> Option<i32> {
        match self {
            Self::Call { source, .. } | Self::Explained { source, .. } => source.raw_os_error(),
            Self::Form { .. } => None,
        }
    }

    /// Whether the thing asked for is not there: no such file, process, device or address.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(
            self.errno(),
            Some(libc::ENOENT | libc::ESRCH | libc::ENODEV | libc::ENXIO | libc::EADDRNOTAVAIL)
        )
    }

    /// Whether the thing asked to be made is there already.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.errno() == Some(libc::EEXIST)
    }

    /// Whether the kernel does not let this process do it.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        matches!(self.errno(), Some(libc::EPERM | libc::EACCES))
    }
}

/// Adds the call and its object to an answer of the kernel.
pub(crate) trait Calling<T> {
    /// Names the call and what it was asked of.
    fn calling(self, call: &'static str, object: impl Display) -> Result<T>;
}

impl<T, E: Into<io::Error>> Calling<T> for std::result::Result<T, E> {
    fn calling(self, call: &'static str, object: impl Display) -> Result<T> {
        self.map_err(|source| KernelError::call(call, object, source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_call_and_object_and_keeps_the_source_apart() {
        let error =
            KernelError::call("open", "/dev/vda6", io::Error::from_raw_os_error(libc::ENXIO));
        assert_eq!(error.to_string(), "open /dev/vda6");
        assert_eq!(error.errno(), Some(libc::ENXIO));
        assert!(error.is_absent());
        assert!(!error.is_present());
        assert!(std::error::Error::source(&error).is_some());
    }

    #[test]
    fn a_form_has_no_error_number() {
        let error = KernelError::form("/proc/stat", "no cpu line");
        assert_eq!(error.to_string(), "/proc/stat: no cpu line");
        assert_eq!(error.errno(), None);
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
