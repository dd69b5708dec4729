//! Says by which addresses the node is known.
//!
//! reads    `AddressStatus`, `LinkStatus`, `NodeAddressFilter`, `NodeAddressSortAlgorithm` in
//!          `network` (weak)
//! writes   `NodeAddress` in `network`, and reads those of before
//! touches  nothing
//!
//! The default address stays as long as there is that address, since others know the node by it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use cosi::{BoxError, Context, Controller, Declaration, Resource, exclusive, weak};
use resources::namespace::NETWORK;
use resources::network::{
    AddressSortAlgorithm, AddressStatus, LinkFlags, LinkStatus, NodeAddress, NodeAddressFilter,
    NodeAddressSortAlgorithm, Scope,
};
use resources::value::IpPrefix;

const DECLARATION: Declaration = Declaration {
    name: "network.NodeAddress",
    inputs: &[
        weak::<AddressStatus>(NETWORK),
        weak::<LinkStatus>(NETWORK),
        weak::<NodeAddressFilter>(NETWORK),
        weak::<NodeAddressSortAlgorithm>(NETWORK),
    ],
    outputs: &[exclusive::<NodeAddress>()],
};

/// The one address by which the node is known first.
const DEFAULT: &str = "default";
/// The addresses that there are now.
pub(super) const CURRENT: &str = "current";
/// The addresses that there were since the node started.
const ACCUMULATIVE: &str = "accumulative";
/// The addresses that others reach.
const ROUTED: &str = "routed";

/// The most addresses that are remembered: temporary ones of IPv6 change all the time.
const MAX_ACCUMULATED: usize = 256;

/// The controller.
#[derive(Debug)]
pub(super) struct NodeAddressController;

impl Controller for NodeAddressController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let addresses = cx.list::<AddressStatus>(NETWORK)?;
        let links = cx.list::<LinkStatus>(NETWORK)?;
        let filters = cx.list::<NodeAddressFilter>(NETWORK)?;
        let sort = cx
            .get::<NodeAddressSortAlgorithm>(NETWORK, NodeAddressSortAlgorithm::ID)?
            .map_or(AddressSortAlgorithm::V1, |found| found.spec.algorithm);
        let before = |id| -> Result<Vec<IpPrefix>, cosi::Error> {
            let found = cx.get::<NodeAddress>(NETWORK, id)?;
            Ok(found.map(|found| found.spec.addresses.clone()).unwrap_or_default())
        };
        let sets = plan(&addresses, &links, before(DEFAULT)?.first(), &before(ACCUMULATIVE)?);
        let with_filters = filtered(sets, &filters);
        let show = |addresses| NodeAddress { addresses, sort_algorithm: sort };
        cx.converge(NETWORK, with_filters.into_iter().map(|(id, found)| (id, show(found))))?;
        Ok(())
    }
}

/// The four sets, each in its order: IPv4 first, then by number.
///
/// address                               | in
/// --------------------------------------|------------------------------------
/// of the host or the link only, or      | none
/// loopback, or multicast                |
/// of a link that is down                | accumulative
/// of a link that is up                  | accumulative, current, routed
/// the earlier default, if still current | default
/// else the first of the first link      | default
///
/// A site-local IPv6 address is the default only for want of another: it is deprecated (RFC 3879)
/// and comes from a router that a machine may hear before its DHCP server.
fn plan(
    addresses: &[Resource<AddressStatus>],
    links: &[Resource<LinkStatus>],
    default: Option<&IpPrefix>,
    earlier: &[IpPrefix],
) -> Vec<(&'static str, Vec<IpPrefix>)> {
    let is_up = |name: &str| {
        links.iter().any(|link| link.id() == name && link.spec.flags.contains(LinkFlags::UP))
    };
    let known: Vec<&AddressStatus> = addresses
        .iter()
        .map(|address| &address.spec)
        .filter(|address| is_public(address))
        .collect();
    let up = || known.iter().filter(|address| is_up(&address.link_name));
    let current: BTreeSet<IpPrefix> = up().map(|address| address.address).collect();
    let mut accumulative: BTreeSet<IpPrefix> = known.iter().map(|known| known.address).collect();
    let room = MAX_ACCUMULATED.saturating_sub(accumulative.len());
    accumulative.extend(earlier.iter().take(room));
    let first = up().min_by_key(|address| {
        (is_site_local(address.address), &address.link_name, address.address)
    });
    let default = default
        .copied()
        .filter(|default| current.contains(default) && !is_site_local(*default))
        .or_else(|| first.map(|address| address.address));
    let current: Vec<IpPrefix> = current.into_iter().collect();
    let mut sets = vec![
        (CURRENT, current.clone()),
        (ROUTED, current),
        (ACCUMULATIVE, accumulative.into_iter().collect()),
    ];
    sets.extend(default.map(|default| (DEFAULT, vec![default])));
    sets
}

/// Whether the address is of `fec0::/10`.
fn is_site_local(address: IpPrefix) -> bool {
    match address.addr() {
        IpAddr::V4(_) => false,
        IpAddr::V6(ip) => ip.segments()[0] & 0xffc0 == 0xfec0,
    }
}

fn is_public(status: &AddressStatus) -> bool {
    let ip = status.address.addr();
    let link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    status.scope.0 < Scope::LINK.0 && !ip.is_loopback() && !ip.is_multicast() && !link_local
}

/// The sets, and each but the default through each filter.
fn filtered(
    sets: Vec<(&'static str, Vec<IpPrefix>)>,
    filters: &[Resource<NodeAddressFilter>],
) -> Vec<(String, Vec<IpPrefix>)> {
    let mut all = Vec::new();
    for (name, addresses) in sets {
        for filter in filters.iter().filter(|_| name != DEFAULT) {
            let passing =
                addresses.iter().copied().filter(|address| passes(&filter.spec, *address));
            all.push((format!("{name}-{}", filter.id()), passing.collect()));
        }
        all.push((name.to_owned(), addresses));
    }
    all
}

fn passes(filter: &NodeAddressFilter, address: IpPrefix) -> bool {
    let within = |nets: &[IpPrefix]| nets.iter().any(|net| net.contains(address.addr()));
    (filter.include_subnets.is_empty() || within(&filter.include_subnets))
        && !within(&filter.exclude_subnets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> IpPrefix {
        text.parse().expect("a prefix")
    }

    fn address(link: &str, text: &str) -> Resource<AddressStatus> {
        let status = AddressStatus {
            address: prefix(text),
            link_name: link.to_owned(),
            ..AddressStatus::default()
        };
        Resource::new(NETWORK, status.id(), status)
    }

    fn link(name: &str, flags: LinkFlags) -> Resource<LinkStatus> {
        Resource::new(NETWORK, name, LinkStatus { flags, ..LinkStatus::default() })
    }

    fn set<'a>(sets: &'a [(&'static str, Vec<IpPrefix>)], name: &str) -> &'a [IpPrefix] {
        sets.iter().find(|(id, _)| *id == name).map_or(&[], |(_, found)| found.as_slice())
    }

    #[test]
    fn each_set_has_its_addresses() {
        let addresses = [
            address("lo", "127.0.0.1/8"),
            address("eth0", "10.0.0.3/24"),
            address("eth0", "10.0.0.2/24"),
            address("eth0", "fe80::1/64"),
            address("eth1", "10.1.0.2/24"),
        ];
        let links = [link("eth0", LinkFlags::UP), link("eth1", LinkFlags(0))];
        let sets = plan(&addresses, &links, None, &[prefix("10.9.0.1/24")]);
        let (low, high) = (prefix("10.0.0.2/24"), prefix("10.0.0.3/24"));
        assert_eq!(set(&sets, CURRENT), [low, high]);
        assert_eq!(set(&sets, ROUTED), [low, high]);
        assert_eq!(set(&sets, DEFAULT), [low]);
        let all = [low, high, prefix("10.1.0.2/24"), prefix("10.9.0.1/24")];
        assert_eq!(set(&sets, ACCUMULATIVE), all);
    }

    #[test]
    fn the_default_stays_while_there_is_that_address() {
        let addresses = [address("eth0", "10.0.0.3/24"), address("eth0", "10.0.0.2/24")];
        let links = [link("eth0", LinkFlags::UP)];
        let check = |before: &str, expected: &str| {
            let sets = plan(&addresses, &links, Some(&prefix(before)), &[]);
            assert_eq!(set(&sets, DEFAULT), [prefix(expected)], "{before}");
        };
        check("10.0.0.3/24", "10.0.0.3/24");
        check("10.0.0.9/24", "10.0.0.2/24");
    }

    #[test]
    fn a_site_local_address_is_the_default_only_alone() {
        let links = [link("eth0", LinkFlags::UP)];
        let site_local = prefix("fec0::2/64");
        let check = |addresses: &[Resource<AddressStatus>], expected: &str| {
            let sets = plan(addresses, &links, Some(&site_local), &[]);
            assert_eq!(set(&sets, DEFAULT), [prefix(expected)]);
        };
        check(&[address("eth0", "fec0::2/64")], "fec0::2/64");
        check(&[address("eth0", "fec0::2/64"), address("eth0", "10.0.0.3/24")], "10.0.0.3/24");
    }

    #[test]
    fn filters_make_further_sets() {
        let filter = NodeAddressFilter {
            include_subnets: Vec::new(),
            exclude_subnets: vec![prefix("10.244.0.0/16")],
        };
        let filters = [Resource::new(NETWORK, "no-k8s", filter)];
        let both = vec![prefix("10.0.0.2/24"), prefix("10.244.0.1/24")];
        let sets = filtered(vec![(CURRENT, both.clone()), (DEFAULT, both.clone())], &filters);
        let ids: Vec<_> = sets.iter().map(|(id, found)| (id.as_str(), found.len())).collect();
        assert_eq!(ids, [("current-no-k8s", 1), ("current", 2), ("default", 2)]);
    }
}
