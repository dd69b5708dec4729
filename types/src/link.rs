//! Names of network links.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest name of a link in bytes: IFNAMSIZ of linux/if.h is 16 with the final NUL.
pub const MAX_LINK_NAME: usize = 15;

/// The name of a network link.
///
/// # Invariants
/// 1 to 15 bytes, no `/`, no `:`, no white space, no control character, and neither `.` nor `..`
/// (dev_valid_name in net/core/dev.c).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LinkName(String);

/// The text cannot name a link.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no link name: 1 to 15 bytes without '/', ':' or white space are")]
pub struct BadLinkName(pub String);

impl LinkName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LinkName {
    type Error = BadLinkName;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let bad = |c: char| c == '/' || c == ':' || c.is_whitespace() || c.is_control();
        if name.is_empty()
            || name.len() > MAX_LINK_NAME
            || name == "."
            || name == ".."
            || name.contains(bad)
        {
            return Err(BadLinkName(name));
        }
        Ok(Self(name))
    }
}

impl From<LinkName> for String {
    fn from(name: LinkName) -> Self {
        name.0
    }
}

impl fmt::Display for LinkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_the_kernel_takes() {
        for good in ["eth0", "enp0s31f6", "eth0.100", "a234567890bcdef"] {
            assert!(LinkName::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a:b", "a b", "a234567890bcdefg", "a\n"] {
            assert_eq!(LinkName::try_from(bad.to_owned()), Err(BadLinkName(bad.to_owned())));
        }
    }
}
