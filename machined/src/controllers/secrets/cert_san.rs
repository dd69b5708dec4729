//! Says which names and addresses the node's certificates are to be valid for.
//!
//! reads    `NodeAddress` in `network`, `HostnameStatus` in `network`, `OsRoot` in `secrets` (weak)
//! writes   `CertSan` `api`, `maintenance` in `secrets`
//! touches  nothing
//!
//! An address that the node has had stays in: a client may still know it, and taking it out would
//! need a new certificate at each change of a lease.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use cosi::{BoxError, Context, Controller, Declaration, exclusive, weak};
use resources::namespace::{NETWORK, SECRETS};
use resources::network::{HostnameStatus, NodeAddress};
use resources::secrets::{CertSan, OsRoot};

const DECLARATION: Declaration = Declaration {
    name: "secrets.CertSANs",
    inputs: &[
        weak::<NodeAddress>(NETWORK).id(ACCUMULATIVE),
        weak::<HostnameStatus>(NETWORK),
        weak::<OsRoot>(SECRETS),
    ],
    outputs: &[exclusive::<CertSan>()],
};

/// The addresses that the node has had since boot.
const ACCUMULATIVE: &str = "accumulative";
/// Ids of the two sets of names.
pub(super) const API: &str = "api";
pub(super) const MAINTENANCE: &str = "maintenance";

/// The controller.
#[derive(Debug)]
pub(super) struct CertSanController;

impl Controller for CertSanController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let addresses = cx.get::<NodeAddress>(NETWORK, ACCUMULATIVE)?;
        let hostname = cx.get::<HostnameStatus>(NETWORK, HostnameStatus::ID)?;
        let root = cx.get::<OsRoot>(SECRETS, OsRoot::ID)?;
        let addresses = addresses.map(|found| {
            found.spec.addresses.iter().map(|prefix| prefix.addr()).collect::<Vec<_>>()
        });
        let wanted = plan(
            &addresses.unwrap_or_default(),
            hostname.as_ref().map(|found| &found.spec),
            root.as_ref().map(|found| &found.spec),
        );
        cx.converge(SECRETS, wanted)?;
        Ok(())
    }
}

/// addresses | authority configured | maintenance                             | api
/// ----------|----------------------|-----------------------------------------|---------------------
/// none      | –                    | none                                    | none
/// some      | no                   | addresses, both loopbacks, host names   | none
/// some      | yes                  | the same                                | addresses, 127.0.0.1, host names, what the configuration adds
fn plan(
    addresses: &[IpAddr],
    hostname: Option<&HostnameStatus>,
    root: Option<&OsRoot>,
) -> Vec<(&'static str, CertSan)> {
    if addresses.is_empty() {
        return Vec::new();
    }
    let own = hostname.map(names).unwrap_or_default();
    let fqdn = own.last().cloned().unwrap_or_default();
    let set = |further: &[IpAddr], further_names: &[String]| {
        let ips: BTreeSet<IpAddr> = addresses.iter().chain(further).copied().collect();
        let dns: BTreeSet<String> = own.iter().chain(further_names).cloned().collect();
        CertSan {
            ips: ips.into_iter().collect(),
            dns_names: dns.into_iter().collect(),
            fqdn: fqdn.clone(),
        }
    };
    let (v4, v6) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST));
    let mut wanted = vec![(MAINTENANCE, set(&[v4, v6], &[]))];
    if let Some(root) = root {
        let mut further = root.cert_san_ips.clone();
        further.push(v4);
        wanted.push((API, set(&further, &root.cert_san_dns_names)));
    }
    wanted
}

/// The host name and, with a domain, the full name; the full name last.
fn names(hostname: &HostnameStatus) -> Vec<String> {
    let short = hostname.hostname.clone();
    match hostname.domainname.as_str() {
        _ if short.is_empty() => Vec::new(),
        "" => vec![short],
        domain => vec![short.clone(), format!("{short}.{domain}")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn nothing_is_known_before_there_is_an_address() {
        assert_eq!(plan(&[], None, Some(&OsRoot::default())), []);
    }

    #[test]
    fn a_configured_node_adds_what_the_configuration_says() {
        let hostname =
            HostnameStatus { hostname: "node".to_owned(), domainname: "example.org".to_owned() };
        let root = OsRoot {
            cert_san_ips: vec![address("10.9.9.9")],
            cert_san_dns_names: vec!["api.example.org".to_owned()],
            ..OsRoot::default()
        };
        let wanted = plan(&[address("10.0.2.15")], Some(&hostname), Some(&root));
        let [(MAINTENANCE, maintenance), (API, api)] = &wanted[..] else { panic!("{wanted:?}") };
        assert_eq!(maintenance.ips, ["10.0.2.15", "127.0.0.1", "::1"].map(address));
        assert_eq!(maintenance.dns_names, ["node", "node.example.org"]);
        assert_eq!(api.ips, ["10.0.2.15", "10.9.9.9", "127.0.0.1"].map(address));
        assert_eq!(api.dns_names, ["api.example.org", "node", "node.example.org"]);
        assert_eq!(api.fqdn, "node.example.org");
    }
}
