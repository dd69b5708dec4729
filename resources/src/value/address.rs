//! Addresses: `common.NetIP`, `common.NetIPPort` and `common.NetIPPrefix`.
//!
//! An address that is absent is an absent message, and the empty text in YAML; it is never `0.0.0.0`.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    str::FromStr,
};

use prost::DecodeError;
use serde::{Serialize, Serializer};

use crate::wire::{Bytes, invalid, message, through};

/// The octets of an address, the most significant first: 4 or 16.
#[derive(Debug, Default)]
struct NetIp {
    ip: Bytes,
}

message!(NetIp as ".common.NetIP" { 1: ip });

/// An address and a port, or an address and a number of bits: the two messages have the same form.
#[derive(Debug, Default)]
struct NetIpAnd {
    ip: Bytes,
    number: i32,
}

message!(NetIpAnd as ".common.NetIPPrefix" { 1: ip, 2: number });

fn octets(ip: IpAddr) -> Bytes {
    Bytes(match ip {
        IpAddr::V4(ip) => ip.octets().into(),
        IpAddr::V6(ip) => ip.octets().into(),
    })
}

fn address(Bytes(octets): &Bytes) -> Result<IpAddr, DecodeError> {
    if let Ok(v4) = <[u8; 4]>::try_from(octets.as_slice()) {
        Ok(v4.into())
    } else if let Ok(v6) = <[u8; 16]>::try_from(octets.as_slice()) {
        Ok(v6.into())
    } else {
        Err(invalid("address of neither 4 nor 16 bytes"))
    }
}

through!(IpAddr as NetIp, |ip: &IpAddr| NetIp { ip: octets(*ip) }, |net: NetIp| address(&net.ip));

through!(
    SocketAddr as NetIpAnd,
    |at: &SocketAddr| NetIpAnd { ip: octets(at.ip()), number: at.port().into() },
    |net: NetIpAnd| {
        let port =
            u16::try_from(net.number).ok().ok_or_else(|| invalid("port outside 0 to 65535"))?;
        Ok(Self::new(address(&net.ip)?, port))
    }
);

through!(
    IpPrefix as NetIpAnd,
    |prefix: &IpPrefix| NetIpAnd { ip: octets(prefix.addr), number: prefix.len.into() },
    |net: NetIpAnd| {
        let len =
            u8::try_from(net.number).ok().ok_or_else(|| invalid("prefix length out of range"))?;
        Self::new(address(&net.ip)?, len).ok_or_else(|| invalid("prefix length out of range"))
    }
);

/// An address and how many of its leading bits name the network, as `10.0.0.2/24`.
///
/// The bits after those may be set: an address of a link says both which network and which host.
///
/// # Invariants
/// The length is at most 32 for IPv4 and 128 for IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IpPrefix {
    addr: IpAddr,
    len: u8,
}

/// The text is no prefix.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no prefix: an address, a slash and a number of bits are")]
pub struct BadPrefix(pub String);

impl IpPrefix {
    /// A prefix, if the address has so many bits.
    #[must_use]
    pub fn new(addr: IpAddr, len: u8) -> Option<Self> {
        (len <= bits(addr)).then_some(Self { addr, len })
    }

    /// The prefix of exactly one address.
    #[must_use]
    pub fn single(addr: IpAddr) -> Self {
        Self { addr, len: bits(addr) }
    }

    /// The address, with the bits that the prefix does not cover.
    #[must_use]
    pub fn addr(self) -> IpAddr {
        self.addr
    }

    /// How many leading bits name the network.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a length in bits, not of a collection")]
    pub fn len(self) -> u8 {
        self.len
    }

    /// The network: the bits that the prefix does not cover are 0.
    #[must_use]
    pub fn masked(self) -> Self {
        let host = u32::from(bits(self.addr) - self.len);
        let addr = match self.addr {
            IpAddr::V4(ip) => IpAddr::V4((ip.to_bits() & u32::MAX.unbounded_shl(host)).into()),
            IpAddr::V6(ip) => IpAddr::V6((ip.to_bits() & u128::MAX.unbounded_shl(host)).into()),
        };
        Self { addr, len: self.len }
    }

    /// Whether the address is in the network.
    #[must_use]
    pub fn contains(self, addr: IpAddr) -> bool {
        Self::new(addr, self.len).is_some_and(|other| {
            other.addr.is_ipv4() == self.addr.is_ipv4() && other.masked() == self.masked()
        })
    }
}

/// Bits of an address of this family.
fn bits(addr: IpAddr) -> u8 {
    if addr.is_ipv4() { 32 } else { 128 }
}

/// All of IPv4: what a message says that lacks the field.
impl Default for IpPrefix {
    fn default() -> Self {
        Self { addr: Ipv4Addr::UNSPECIFIED.into(), len: 0 }
    }
}

impl fmt::Display for IpPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.addr, self.len)
    }
}

impl FromStr for IpPrefix {
    type Err = BadPrefix;

    fn from_str(text: &str) -> Result<Self, BadPrefix> {
        let parse = || {
            let (addr, len) = text.split_once('/')?;
            let digits =
                len.bytes().all(|c| c.is_ascii_digit()) && (len == "0" || !len.starts_with('0'));
            if !digits {
                return None;
            }
            Self::new(addr.parse().ok()?, len.parse().ok()?)
        };
        parse().ok_or_else(|| BadPrefix(text.to_owned()))
    }
}

impl Serialize for IpPrefix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> IpPrefix {
        text.parse().unwrap()
    }

    #[test]
    fn prefixes_read_back() {
        for text in ["10.0.0.2/24", "0.0.0.0/0", "fe80::1/64", "::/0", "::ffff:1.2.3.4/128"] {
            assert_eq!(prefix(text).to_string(), text);
        }
        for text in
            ["", "10.0.0.2", "10.0.0.2/33", "::/129", "1.2.3.4/", "1.2.3.4/+1", "1.2.3.4/01"]
        {
            assert_eq!(text.parse::<IpPrefix>(), Err(BadPrefix(text.to_owned())));
        }
    }

    #[test]
    fn networks_contain_their_own_family() {
        assert_eq!(prefix("10.1.2.3/12").masked(), prefix("10.0.0.0/12"));
        assert_eq!(prefix("2001:db8::1/0").masked(), prefix("::/0"));
        assert_eq!(prefix("10.1.2.3/32").masked(), prefix("10.1.2.3/32"));
        let contains = |net: &str, addr: &str| prefix(net).contains(addr.parse().unwrap());
        assert!(contains("10.0.0.9/8", "10.255.0.1"));
        assert!(!contains("10.0.0.0/8", "11.0.0.0"));
        assert!(!contains("0.0.0.0/0", "::1"));
        assert!(!contains("::/0", "127.0.0.1"));
        assert!(!contains("fe80::/64", "10.0.0.1"));
    }

    #[test]
    fn bytes_that_are_no_address_are_refused() {
        use crate::wire::Value;
        use prost::{bytes::Buf, encoding::WireType::LengthDelimited};
        let mut five: &[u8] = &[7, 0x0a, 5, 1, 2, 3, 4, 5];
        let error = IpAddr::take(LengthDelimited, &mut five, Default::default()).unwrap_err();
        assert!(error.to_string().contains("neither 4 nor 16 bytes"), "{error}");
        assert!(!five.has_remaining());
    }
}
