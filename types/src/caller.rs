//! Who makes a call: the identity that apid hands to machined with each connection.
//!
//! It is a typed value at the head of a local connection, never a header: nothing that a client
//! sends can become one.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::codec::{CodecError, Reader, Writer};

/// Longest encoded [`Caller`] in bytes: a preface above this is refused before it is read.
pub const MAX_CALLER: usize = 4096;

/// A role of the machine API, as it stands in the subject Organization of a client certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Role {
    /// `os:admin`: everything.
    Admin = 0,
    /// `os:operator`: what keeps a node running, without its secrets.
    Operator = 1,
    /// `os:reader`: what is not secret.
    Reader = 2,
    /// `os:etcd:backup`: snapshots of etcd.
    EtcdBackup = 3,
    /// `os:image:verifier`: image verification.
    ImageVerifier = 4,
    /// `os:meta:writer`: META keys.
    MetaWriter = 5,
    /// `os:impersonator`: another node's front door. It grants nothing by itself.
    Impersonator = 6,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Admin,
        Self::Operator,
        Self::Reader,
        Self::EtcdBackup,
        Self::ImageVerifier,
        Self::MetaWriter,
        Self::Impersonator,
    ];

    /// The text in certificates and messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "os:admin",
            Self::Operator => "os:operator",
            Self::Reader => "os:reader",
            Self::EtcdBackup => "os:etcd:backup",
            Self::ImageVerifier => "os:image:verifier",
            Self::MetaWriter => "os:meta:writer",
            Self::Impersonator => "os:impersonator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is no role. Unknown organizations in a certificate are kept out of [`Roles`] and grant
/// nothing.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no role of the machine API")]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Roles(u8);

impl Roles {
    /// No role at all.
    pub const NONE: Self = Self(0);

    /// The set of the given roles.
    #[must_use]
    pub const fn of(roles: &[Role]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < roles.len() {
            bits |= 1 << roles[index] as u8;
            index += 1;
        }
        Self(bits)
    }

    /// Whether the role is in the set.
    #[must_use]
    pub const fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u8) != 0
    }

    /// Whether the two sets share a role.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The roles in the order of [`Role::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |bits, role| bits | 1 << role as u8))
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("none");
        }
        for (index, role) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            f.write_str(role.as_str())?;
        }
        Ok(())
    }
}

/// Who makes the calls of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// What the caller may do.
    pub roles: Roles,
    /// Where the caller's own connection came from; absent where there is no such address.
    pub peer: Option<IpAddr>,
    /// Whether the front door was in maintenance mode, where nobody is authenticated.
    pub maintenance: bool,
}

impl Caller {
    /// The byte form, without a length in front.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u32(u32::from(self.roles.0));
        writer.option(self.peer.as_ref(), |w, peer| w.text(&peer.to_string()));
        writer.u32(u32::from(self.maintenance));
        writer.finish()
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        let mut reader = Reader::new(bytes);
        let tag = reader.u32("roles")?;
        let bits = u8::try_from(tag).ok().filter(|bits| *bits < 1 << Role::ALL.len());
        let roles = Roles(bits.ok_or(CodecError::Tag { field: "roles", tag })?);
        let peer = reader.option("peer", |r| {
            r.text("peer", 64)?.parse().map_err(|_address| CodecError::Utf8("peer"))
        })?;
        let maintenance = match reader.u32("maintenance")? {
            0 => false,
            1 => true,
            tag => return Err(CodecError::Tag { field: "maintenance", tag }),
        };
        reader.end()?;
        Ok(Self { roles, peer, maintenance })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_from_organizations() {
        assert_eq!(" os:reader ".parse(), Ok(Role::Reader));
        assert_eq!("os:root".parse::<Role>(), Err(UnknownRole("os:root".to_owned())));
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
    }

    #[test]
    fn sets_meet_where_they_share_a_role() {
        let readers = Roles::of(&[Role::Admin, Role::Operator, Role::Reader]);
        assert!(Roles::of(&[Role::Reader]).meets(readers));
        assert!(!Roles::of(&[Role::Impersonator]).meets(readers));
        assert!(!Roles::NONE.meets(readers));
        assert_eq!(readers.to_string(), "os:admin,os:operator,os:reader");
    }

    #[test]
    fn a_caller_comes_back() {
        for peer in [None, Some("fe80::1".parse().expect("an address"))] {
            let caller = Caller { roles: Roles::of(&[Role::Reader]), peer, maintenance: true };
            assert_eq!(Caller::decode(&caller.encode()), Ok(caller));
        }
    }

    #[test]
    fn hostile_bytes_are_refused() {
        assert_eq!(Caller::decode(&[]), Err(CodecError::Short("roles")));
        let unknown = [0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(Caller::decode(&unknown), Err(CodecError::Tag { field: "roles", tag: 255 }));
    }
}
