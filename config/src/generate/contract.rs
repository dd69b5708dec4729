//! Versions of the contract that a new configuration may be for, and what each of them has.
//!
//! A node of an older version refuses fields that it does not know, and one of a newer version may
//! read an absent field as "as it was before"; so a configuration is written for one version.

use std::fmt;
use std::str::FromStr;

use crate::pki::bundle::Cipher;

/// The newest version that is known here.
const NEWEST: (u16, u16) = (1, 13);
/// The oldest; earlier configurations had another form.
const OLDEST: (u16, u16) = (0, 8);

/// A version of the contract, to its minor number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contract {
    major: u16,
    minor: u16,
}

/// The text names no contract that is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no contract that is known: v0.8 to v1.13, as v1.12")]
pub struct UnknownContract(String);

impl Default for Contract {
    fn default() -> Self {
        Self { major: NEWEST.0, minor: NEWEST.1 }
    }
}

impl fmt::Display for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}", self.major, self.minor)
    }
}

/// `v1.12`, `1.12` or `v1.12.3-alpha.0`: what follows the minor number makes no difference.
impl FromStr for Contract {
    type Err = UnknownContract;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownContract(text.to_owned());
        let mut parts = text.strip_prefix('v').unwrap_or(text).splitn(3, '.');
        let mut number = || {
            let digits = parts.next().filter(|part| part.bytes().all(|c| c.is_ascii_digit()))?;
            digits.parse::<u16>().ok()
        };
        let (major, minor) = number().zip(number()).ok_or_else(unknown)?;
        if parts.next().is_some_and(|patch| !patch.starts_with(|c: char| c.is_ascii_digit())) {
            return Err(unknown());
        }
        if !(OLDEST..=NEWEST).contains(&(major, minor)) {
            return Err(unknown());
        }
        Ok(Self { major, minor })
    }
}

/// The switches, each with the first version that has it.
impl Contract {
    fn since(self, minor: u16) -> bool {
        (self.major, self.minor) >= (1, minor)
    }

    /// Pods are held to the pod security standards by default.
    pub(super) fn pod_security(self) -> bool {
        self.since(1)
    }

    /// Containers get the runtime's seccomp profile by default.
    pub(super) fn seccomp_default(self) -> bool {
        self.since(2)
    }

    /// A host name may be derived from the machine's identity.
    pub(super) fn stable_hostname(self) -> bool {
        self.since(2)
    }

    /// Members are not found by way of Kubernetes, whose API servers stopped allowing it.
    pub(super) fn no_kubernetes_discovery(self) -> bool {
        self.since(2)
    }

    /// Kubernetes' images moved to another registry while this version was current.
    pub(super) fn moved_registry(self) -> bool {
        self.since(2) && !self.since(3)
    }

    /// The usage of client certificates is checked.
    pub(super) fn checks_usage(self) -> bool {
        self.since(3)
    }

    /// The kubelet reads no manifests from a folder.
    pub(super) fn no_manifests_folder(self) -> bool {
        self.since(3)
    }

    /// The audit policy is written out.
    pub(super) fn audit_policy(self) -> bool {
        self.since(3)
    }

    /// How new clusters encrypt Kubernetes' secrets at rest.
    #[must_use]
    pub fn cipher(self) -> Cipher {
        if self.since(3) { Cipher::Secretbox } else { Cipher::AesCbc }
    }

    /// Quotas of local storage.
    pub(super) fn disk_quota(self) -> bool {
        self.since(5)
    }

    /// A load balancer of the API servers on each node.
    pub(super) fn kube_prism(self) -> bool {
        self.since(6)
    }

    /// A caching resolver on each node.
    pub(super) fn host_dns(self) -> bool {
        self.since(7)
    }

    /// Pods' names are resolved by way of the node's resolver.
    pub(super) fn forwards_dns(self) -> bool {
        self.since(8)
    }

    /// Control planes are kept from outside load balancers by a label.
    pub(super) fn load_balancer_label(self) -> bool {
        self.since(8)
    }

    /// Workers know the cluster's name.
    pub(super) fn workers_know_cluster(self) -> bool {
        self.since(8)
    }

    /// Host name, mirrors and other network parts are documents of their own, and what cannot be
    /// switched off any more is not written.
    pub(super) fn documents(self) -> bool {
        self.since(12)
    }

    /// KubeSpan is a document of its own, and the machine's old network section is gone.
    pub(super) fn kube_span_document(self) -> bool {
        self.since(13)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_to_their_minor_number() {
        for (text, shown) in [
            ("v1.13", "v1.13"),
            ("1.2", "v1.2"),
            ("v0.14.3", "v0.14"),
            ("v1.12.0-alpha.1", "v1.12"),
        ] {
            assert_eq!(text.parse::<Contract>().unwrap().to_string(), shown);
        }
        for text in
            ["", "v", "1", "v1.", "v1.x", "vv1.2", "v1.14", "v2.0", "v0.7", "v1.12.x", "v1.+2"]
        {
            text.parse::<Contract>().expect_err(text);
        }
    }

    #[test]
    fn a_version_has_what_came_with_it_and_before() {
        let has = |text: &str, switch: fn(Contract) -> bool| switch(text.parse().unwrap());
        assert!(!has("v0.14", Contract::pod_security) && has("v1.1", Contract::pod_security));
        assert!(!has("v1.11", Contract::documents) && has("v1.12", Contract::documents));
        assert!(has("v1.2", Contract::moved_registry) && !has("v1.3", Contract::moved_registry));
        assert_eq!("v1.2".parse::<Contract>().unwrap().cipher(), Cipher::AesCbc);
        assert_eq!(Contract::default().cipher(), Cipher::Secretbox);
    }
}
