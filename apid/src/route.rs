//! Who shall answer a call: the metadata `nodes` and `node`, as clients know them.
//!
//! Pure: it neither dials nor resolves.

use std::collections::BTreeSet;
use std::net::IpAddr;

use api::roles::Selection;
use http::HeaderMap;
use tonic::Status;

/// The most nodes of one call: more than a cluster has, less than hurts.
const MOST: usize = 512;

/// Longest name of a node: that of a host name in DNS (RFC 1035, 2.3.4).
const LONGEST: usize = 253;

/// Presence stops a call from being forwarded again; the reference's nodes send it.
const PROXY_FROM: &str = "proxyfrom";

/// The names and addresses of this node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// Its current addresses.
    pub(crate) addresses: BTreeSet<IpAddr>,
    /// Its host name, and that with its domain, in lower case.
    pub(crate) hosts: BTreeSet<String>,
}

impl Names {
    /// Whether a client that writes `target` means this node.
    pub(crate) fn contain(&self, target: &str) -> bool {
        match target.parse::<IpAddr>() {
            Ok(address) => own_loopback(address) || self.addresses.contains(&address),
            Err(_name) => {
                let name = target.to_ascii_lowercase();
                name == "localhost" || self.hosts.contains(&name)
            }
        }
    }
}

/// Whether this is the address at which every machine reaches itself. Others of 127.0.0.0/8 are
/// treated like any address.
fn own_loopback(address: IpAddr) -> bool {
    address == IpAddr::from([127, 0, 0, 1]) || address == IpAddr::V6(std::net::Ipv6Addr::LOCALHOST)
}

/// A node that a client named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// As the client wrote it.
    pub(crate) name: String,
    /// Whether it is this node.
    pub(crate) own: bool,
}

/// Who shall answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// This node, bytes untouched.
    Here,
    /// Another node, bytes untouched.
    There(String),
    /// These nodes, each answer with the name of its node.
    Many(Vec<Target>),
}

/// What the node can do for calls that are for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forwarding {
    /// It forwards.
    Yes,
    /// It has no certificate that other nodes would believe.
    No,
}

/// Reads the metadata of a call.
///
/// # Errors
/// `InvalidArgument`, `Internal` or `PermissionDenied`, as the contract has it.
pub(crate) fn route(
    headers: &HeaderMap,
    selection: Selection,
    names: &Names,
    forwarding: Forwarding,
) -> Result<Route, Status> {
    if headers.contains_key(PROXY_FROM) || headers.contains_key(crate::token::HEADER) {
        return Ok(Route::Here);
    }
    let target = |name: &str| -> Result<Target, Status> {
        let own = names.contain(check(name)?);
        if !own && forwarding == Forwarding::No {
            return Err(Status::permission_denied("no request forwarding"));
        }
        Ok(Target { name: name.to_owned(), own })
    };
    if headers.contains_key("nodes") {
        if selection == Selection::One {
            return Err(Status::invalid_argument(
                "one-to-many proxying is not supported for this method: name one node in `node`",
            ));
        }
        let listed = values(headers, "nodes")?.flat_map(|value| value.split(',').map(str::trim));
        let listed: Vec<&str> = listed.take(MOST + 1).collect();
        if listed.len() > MOST {
            return Err(Status::invalid_argument(format!("more than {MOST} nodes in one call")));
        }
        return listed.into_iter().map(target).collect::<Result<_, _>>().map(Route::Many);
    }
    let mut named = values(headers, "node")?;
    match (named.next(), named.next()) {
        (None, _) => Ok(Route::Here),
        (Some(name), None) => Ok(match target(name)? {
            Target { own: true, .. } => Route::Here,
            Target { name, .. } => Route::There(name),
        }),
        (Some(_), Some(_)) => Err(Status::invalid_argument("node metadata must be single-valued")),
    }
}

fn values<'a>(
    headers: &'a HeaderMap,
    name: &'static str,
) -> Result<impl Iterator<Item = &'a str>, Status> {
    let texts: Result<Vec<&str>, _> = headers.get_all(name).iter().map(|v| v.to_str()).collect();
    texts
        .map(Vec::into_iter)
        .map_err(|_bytes| Status::internal("invalid target: not printable ASCII"))
}

/// Checks that a target is an address or a host name, without a port.
fn check(target: &str) -> Result<&str, Status> {
    let host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let named = !target.is_empty() && target.len() <= LONGEST && target.bytes().all(host);
    if named || target.parse::<IpAddr>().is_ok() {
        return Ok(target);
    }
    Err(Status::internal(format!(
        "invalid target: {target:?} is no address or host name without a port"
    )))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use tonic::Code;

    use super::*;

    fn names() -> Names {
        Names {
            addresses: BTreeSet::from(["10.0.0.1".parse().unwrap(), "fd00::1".parse().unwrap()]),
            hosts: BTreeSet::from(["one".to_owned(), "one.lan".to_owned()]),
        }
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    fn many(targets: &[(&str, bool)]) -> Route {
        let target = |(name, own): &(&str, bool)| Target { name: (*name).to_owned(), own: *own };
        Route::Many(targets.iter().map(target).collect())
    }

    #[test]
    fn metadata_says_who_answers() {
        let check = |pairs: &[(&'static str, &'static str)], expected: Route| {
            let found = route(&headers(pairs), Selection::Many, &names(), Forwarding::Yes);
            assert_eq!(found.unwrap(), expected, "{pairs:?}");
        };
        check(&[], Route::Here);
        check(&[("node", "10.0.0.1")], Route::Here);
        check(&[("node", "ONE.lan")], Route::Here);
        check(&[("node", "10.0.0.2")], Route::There("10.0.0.2".to_owned()));
        check(&[("node", "fd00:0::2")], Route::There("fd00:0::2".to_owned()));
        check(&[("nodes", "fd00:0::1")], many(&[("fd00:0::1", true)]));
        check(&[("nodes", "one"), ("nodes", "two")], many(&[("one", true), ("two", false)]));
        check(&[("nodes", "two, 127.0.0.1")], many(&[("two", false), ("127.0.0.1", true)]));
        check(&[("nodes", "two"), ("node", "three")], many(&[("two", false)]));
        // Forwarded already.
        check(&[("nodes", "two"), ("proxyfrom", "")], Route::Here);
        check(&[("node", "two"), ("holdfast-token-bin", "x")], Route::Here);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let check = |pairs: &[(&'static str, &'static str)], selection, code| {
            let refused = route(&headers(pairs), selection, &names(), Forwarding::Yes).unwrap_err();
            assert_eq!(refused.code(), code, "{pairs:?}");
        };
        check(&[("nodes", "10.0.0.1")], Selection::One, Code::InvalidArgument);
        check(&[("node", "a"), ("node", "b")], Selection::One, Code::InvalidArgument);
        for target in ["", "a:50000", "[::1]", "[::1]:50000", "10.0.0.1:50000", "a/b", "a b"] {
            check(&[("node", target)], Selection::One, Code::Internal);
            check(&[("nodes", target)], Selection::Many, Code::Internal);
        }
    }

    #[test]
    fn without_a_certificate_only_this_node_answers() {
        let found = |pairs: &[(&'static str, &'static str)]| {
            route(&headers(pairs), Selection::Many, &names(), Forwarding::No)
        };
        assert_eq!(found(&[("nodes", "one")]).unwrap(), many(&[("one", true)]));
        assert_eq!(found(&[("node", "one")]).unwrap(), Route::Here);
        for pairs in [&[("node", "two")][..], &[("nodes", "one"), ("nodes", "two")]] {
            let refused = found(pairs).unwrap_err();
            assert_eq!(refused.code(), Code::PermissionDenied);
            assert_eq!(refused.message(), "no request forwarding");
        }
    }
}
