//! URLs as documents hold them, as far as their parts matter here.

use std::net::IpAddr;

/// The parts of a URL with a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url<'a> {
    pub(crate) scheme: &'a str,
    /// The host without the brackets of an IPv6 address.
    pub(crate) host: &'a str,
    pub(crate) port: Option<u16>,
    /// What follows the host, with its slash.
    pub(crate) rest: &'a str,
}

impl Url<'_> {
    /// The host as an address, if it is one.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

/// Reads `SCHEME://HOST[:PORT][REST]` (RFC 3986 without user information). None for anything else.
pub(crate) fn url(text: &str) -> Option<Url<'_>> {
    let (scheme, after) = text.split_once("://")?;
    let (authority, rest) = after.split_at(after.find(['/', '?', '#']).unwrap_or(after.len()));
    let (host, port) = match authority.strip_prefix('[') {
        Some(inner) => {
            let (host, after) = inner.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, after.strip_prefix(':').or_else(|| after.is_empty().then_some(""))?)
        }
        None => authority.split_once(':').unwrap_or((authority, "")),
    };
    let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
    let scheme_is_one = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    if host.is_empty() || !host.chars().all(named) || !scheme_is_one {
        return None;
    }
    let port = match port {
        "" => None,
        digits if digits.bytes().all(|digit| digit.is_ascii_digit()) => Some(digits.parse().ok()?),
        _ => return None,
    };
    Some(Url { scheme, host, port, rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_apart() {
        let check = |text, scheme, host, port, rest| {
            assert_eq!(url(text), Some(Url { scheme, host, port, rest }), "{text}");
        };
        check("https://10.5.0.2:6443", "https", "10.5.0.2", Some(6443), "");
        check("https://[fd00::1]:6443/", "https", "fd00::1", Some(6443), "/");
        check("https://[fd00::1]", "https", "fd00::1", None, "");
        check("https://cluster.example.org/a?b", "https", "cluster.example.org", None, "/a?b");
        for text in [
            "",
            "https://",
            "10.0.0.1:6443",
            "https://a b",
            "https://a:x",
            "https://a:70000",
            "://a",
            "https://[x]",
            "https://u@h",
            "https://a:b:1",
        ] {
            assert_eq!(url(text), None, "{text}");
        }
    }
}
