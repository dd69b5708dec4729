//! Runs a DHCP client on each link that is to have one, and reports its lease.
//!
//! reads    `OperatorSpec`, `LinkStatus`, `HostnameStatus` in `network` (weak)
//! writes   `AddressSpec`, `RouteSpec`, `LinkSpec`, `HostnameSpec`, `ResolverSpec`,
//!          `TimeServerSpec` in `network-config`, in the layer `operator`
//! touches  packet sockets, one per link
//!
//! A restarted netd finds its earlier reports, asks for the same address, and leaves the reports as
//! they are until a server has answered.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cosi::{BoxError, Context, Controller, Declaration, Waker, shared, weak};
use resources::namespace::{NETWORK, NETWORK_CONFIG};
use resources::network::{
    AddressFlags, AddressSpec, ClientIdentifier, ConfigLayer, Dhcp4Operator, Family, HostnameSpec,
    HostnameStatus, LinkSpec, LinkStatus, Operator, OperatorSpec, ResolverSpec, RouteFlags,
    RouteProtocol, RouteSpec, RouteType, RoutingTable, Scope, TimeServerSpec,
};
use resources::value::IpPrefix;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use crate::dhcp4::lease::Lease;
use crate::dhcp4::link::{self, Link};
use crate::dhcp4::message::Own;

const DECLARATION: Declaration = Declaration {
    name: "network.Operator",
    inputs: &[
        weak::<OperatorSpec>(NETWORK),
        weak::<LinkStatus>(NETWORK),
        weak::<HostnameStatus>(NETWORK),
    ],
    outputs: &[
        shared::<AddressSpec>(),
        shared::<RouteSpec>(),
        shared::<LinkSpec>(),
        shared::<HostnameSpec>(),
        shared::<ResolverSpec>(),
        shared::<TimeServerSpec>(),
    ],
};

/// What clients have reported, by link: a lease, or that there is none.
type Reports = Arc<Mutex<BTreeMap<String, Option<Lease>>>>;

/// The controller.
#[derive(Debug)]
pub(crate) struct OperatorController {
    runtime: Handle,
    clients: BTreeMap<String, Running>,
    reports: Reports,
    waker: Option<Waker>,
}

/// A client that runs.
#[derive(Debug)]
struct Running {
    link: Link,
    task: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl OperatorController {
    /// Runs clients on the current runtime.
    pub(crate) fn new() -> Self {
        Self {
            runtime: Handle::current(),
            clients: BTreeMap::new(),
            reports: Reports::default(),
            waker: None,
        }
    }

    fn reports(&self) -> MutexGuard<'_, BTreeMap<String, Option<Lease>>> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start_client(&mut self, link: Link, before: Option<Ipv4Addr>) {
        let (reports, waker) = (Arc::clone(&self.reports), self.waker.clone());
        let name = link.name.clone();
        let report = move |lease: Option<Lease>| {
            let mut reports = reports.lock().unwrap_or_else(PoisonError::into_inner);
            reports.insert(name.clone(), lease);
            drop(reports);
            if let Some(waker) = &waker {
                waker.wake();
            }
        };
        let task = self.runtime.spawn(link::run(link.clone(), before, report)).abort_handle();
        self.clients.insert(link.name.clone(), Running { link, task });
    }
}

impl Controller for OperatorController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn start(&mut self, waker: Waker) {
        self.waker = Some(waker);
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let operators = cx.list::<OperatorSpec>(NETWORK)?;
        let links = cx.list::<LinkStatus>(NETWORK)?;
        let hostname = cx.get::<HostnameStatus>(NETWORK, HostnameStatus::ID)?;
        let earlier = cx.list::<AddressSpec>(NETWORK_CONFIG)?;
        let hostname = hostname.map(|found| found.spec.hostname.clone()).unwrap_or_default();
        let links: Vec<(&str, &LinkStatus)> =
            links.iter().map(|found| (found.id().as_str(), &found.spec)).collect();
        let operators: Vec<&OperatorSpec> = operators.iter().map(|found| &found.spec).collect();
        let wanted = clients(&operators, &links, &hostname);
        self.clients.retain(|name, running| {
            wanted.get(name).is_some_and(|link| same_link(link, &running.link))
        });
        for (name, link) in wanted {
            if !self.clients.contains_key(&name) {
                let own = |found: &&cosi::Resource<AddressSpec>| {
                    cx.owns(&found.metadata) && found.spec.link_name == name
                };
                let before = earlier.iter().find(own).map(|found| found.spec.address.addr());
                let before = before.and_then(|address| match address {
                    IpAddr::V4(address) => Some(address),
                    IpAddr::V6(_) => None,
                });
                self.start_client(link, before);
            }
        }
        // Until every client has heard something the reports of an earlier life stand.
        let mut reports = self.reports();
        reports.retain(|name, _| self.clients.contains_key(name));
        let leases = reports.clone();
        drop(reports);
        if self.clients.keys().all(|name| leases.contains_key(name)) {
            report(cx, &operators, &leases)?;
        }
        Ok(())
    }
}

/// Whether a client may go on: the name that it tells the server may change at its next message.
fn same_link(wanted: &Link, running: &Link) -> bool {
    wanted.index == running.index
        && wanted.own.hardware == running.own.hardware
        && wanted.own.id == running.own.id
}

/// A client for each link that has an operator, is there, up, has a carrier and an Ethernet address.
fn clients(
    operators: &[&OperatorSpec],
    links: &[(&str, &LinkStatus)],
    hostname: &str,
) -> BTreeMap<String, Link> {
    let dhcp = operators.iter().filter(|spec| spec.operator == Operator::Dhcp4);
    dhcp.filter_map(|spec| {
        let (name, status) = links.iter().find(|(name, _)| *name == spec.link_name)?;
        let hardware = <[u8; 6]>::try_from(status.hardware_addr.0.as_slice()).ok()?;
        let options = spec.dhcp4.clone().unwrap_or_default();
        let own =
            Own { hardware, id: client_id(&options, hardware), hostname: hostname.to_owned() };
        let link = Link { name: (*name).to_owned(), index: status.index, own };
        status.link_state.then_some(((*name).to_owned(), link))
    })
    .collect()
}

/// The client identifier: none, the hardware address behind its type (RFC 2132 section 9.14), or a
/// DUID behind 255 and the identity association (RFC 4361 section 6.1), whose four bytes are zero.
fn client_id(options: &Dhcp4Operator, hardware: [u8; 6]) -> Option<Vec<u8>> {
    let identifier = options.client_identifier.as_ref()?;
    match identifier.client_identifier {
        ClientIdentifier::None => None,
        ClientIdentifier::Mac => Some([&[1][..], &hardware].concat()),
        ClientIdentifier::Duid => {
            let digits = identifier.duid_raw_hex.replace([':', '-'], "");
            let bytes: Option<Vec<u8>> = (0..digits.len() / 2)
                .map(|at| u8::from_str_radix(digits.get(at * 2..at * 2 + 2)?, 16).ok())
                .collect();
            Some([&[255, 0, 0, 0, 0][..], &bytes?].concat())
        }
    }
}

fn report(
    cx: &mut Context<'_>,
    operators: &[&OperatorSpec],
    leases: &BTreeMap<String, Option<Lease>>,
) -> Result<(), BoxError> {
    let layer = ConfigLayer::Operator;
    let held: Vec<(&OperatorSpec, &Lease)> = operators
        .iter()
        .filter_map(|spec| Some((*spec, leases.get(&spec.link_name)?.as_ref()?)))
        .collect();
    let addresses = held.iter().map(|(spec, lease)| address(&spec.link_name, lease));
    cx.converge(NETWORK_CONFIG, addresses.map(|found| (layer.id(&found.id()), found)))?;
    let routes = held.iter().flat_map(|(spec, lease)| routes(spec, lease));
    cx.converge(NETWORK_CONFIG, routes.map(|found| (layer.id(&found.id()), found)))?;
    let links = held.iter().filter_map(|(spec, lease)| mtu(&spec.link_name, lease));
    cx.converge(NETWORK_CONFIG, links.map(|found| (layer.id(&found.name), found)))?;
    let hostname = held.iter().find_map(|(spec, lease)| hostname(spec, lease));
    cx.converge(NETWORK_CONFIG, hostname.map(|found| (layer.id(HostnameSpec::ID), found)))?;
    let resolvers = resolvers(&held);
    cx.converge(NETWORK_CONFIG, resolvers.map(|found| (layer.id(ResolverSpec::ID), found)))?;
    let servers = time_servers(&held);
    cx.converge(NETWORK_CONFIG, servers.map(|found| (layer.id(TimeServerSpec::ID), found)))?;
    Ok(())
}

fn address(link: &str, lease: &Lease) -> AddressSpec {
    let address = IpAddr::V4(lease.address);
    AddressSpec {
        address: IpPrefix::new(address, lease.prefix).unwrap_or(IpPrefix::single(address)),
        link_name: link.to_owned(),
        family: Family::Inet4,
        scope: Scope::GLOBAL,
        flags: AddressFlags::PERMANENT,
        announce_with_arp: false,
        priority: 0,
        layer: ConfigLayer::Operator,
    }
}

fn routes(spec: &OperatorSpec, lease: &Lease) -> Vec<RouteSpec> {
    let metric = spec.dhcp4.as_ref().map_or(0, |options| options.route_metric);
    let route = |(destination, length, gateway): &(Ipv4Addr, u8, Ipv4Addr)| {
        let on_link = gateway.is_unspecified();
        let destination = IpPrefix::new(IpAddr::V4(*destination), *length)?.masked();
        Some(RouteSpec {
            family: Family::Inet4,
            dst: (*length > 0).then_some(destination),
            src: Some(IpAddr::V4(lease.address)),
            gateway: (!on_link).then_some(IpAddr::V4(*gateway)),
            out_link_name: spec.link_name.clone(),
            table: RoutingTable::MAIN,
            priority: metric,
            scope: if on_link { Scope::LINK } else { Scope::GLOBAL },
            kind: RouteType::UNICAST,
            flags: RouteFlags::default(),
            protocol: RouteProtocol::BOOT,
            layer: ConfigLayer::Operator,
            mtu: 0,
        })
    };
    // A gateway outside of the subnet (a lease of a single address) is reached over the link.
    let own = IpPrefix::new(IpAddr::V4(lease.address), lease.prefix);
    let outside = |gateway: Ipv4Addr| !own.is_some_and(|own| own.contains(IpAddr::V4(gateway)));
    let direct: Vec<_> = lease
        .routes
        .iter()
        .filter(|(_, _, gateway)| !gateway.is_unspecified() && outside(*gateway))
        .map(|(_, _, gateway)| (*gateway, 32, Ipv4Addr::UNSPECIFIED))
        .collect();
    direct.iter().chain(&lease.routes).filter_map(route).collect()
}

fn mtu(link: &str, lease: &Lease) -> Option<LinkSpec> {
    let mtu = lease.mtu?.into();
    let layer = ConfigLayer::Operator;
    Some(LinkSpec { name: link.to_owned(), up: true, mtu, layer, ..LinkSpec::default() })
}

fn hostname(spec: &OperatorSpec, lease: &Lease) -> Option<HostnameSpec> {
    if spec.dhcp4.as_ref().is_some_and(|options| options.skip_hostname_request) {
        return None;
    }
    let full = lease.hostname.as_ref()?;
    let (hostname, domain) = full.split_once('.').unwrap_or((full, ""));
    let domain = match (domain, &lease.domain) {
        ("", Some(domain)) => domain.clone(),
        (domain, _) => domain.to_owned(),
    };
    let layer = ConfigLayer::Operator;
    Some(HostnameSpec { hostname: hostname.to_owned(), domainname: domain, layer })
}

fn resolvers(held: &[(&OperatorSpec, &Lease)]) -> Option<ResolverSpec> {
    let servers = held.iter().flat_map(|(_, lease)| &lease.name_servers);
    let dns_servers: Vec<IpAddr> = servers.map(|server| IpAddr::V4(*server)).collect();
    let domains = held.iter().flat_map(|(_, lease)| lease.search_domains.iter().cloned());
    let search_domains = domains.collect();
    let layer = ConfigLayer::Operator;
    (!dns_servers.is_empty()).then_some(ResolverSpec { dns_servers, layer, search_domains })
}

fn time_servers(held: &[(&OperatorSpec, &Lease)]) -> Option<TimeServerSpec> {
    let servers = held.iter().flat_map(|(_, lease)| &lease.time_servers);
    let servers: Vec<String> = servers.map(ToString::to_string).collect();
    let layer = ConfigLayer::Operator;
    (!servers.is_empty()).then_some(TimeServerSpec { time_servers: servers, layer })
}

#[cfg(test)]
mod tests {
    use resources::network::ClientId;
    use resources::value::HardwareAddr;

    use super::*;

    fn operator() -> OperatorSpec {
        OperatorSpec {
            operator: Operator::Dhcp4,
            link_name: "eth0".to_owned(),
            require_up: true,
            dhcp4: Some(Dhcp4Operator { route_metric: 1024, ..Dhcp4Operator::default() }),
            dhcp6: None,
            vip: None,
            layer: ConfigLayer::Default,
        }
    }

    fn lease() -> Lease {
        Lease {
            address: [10, 0, 2, 15].into(),
            prefix: 24,
            server: [10, 0, 2, 2].into(),
            routes: vec![(Ipv4Addr::UNSPECIFIED, 0, [10, 0, 2, 2].into())],
            name_servers: vec![[10, 0, 2, 3].into()],
            time_servers: Vec::new(),
            hostname: Some("node.example.org".to_owned()),
            domain: None,
            search_domains: Vec::new(),
            mtu: None,
            times: None,
        }
    }

    #[test]
    fn a_link_needs_a_carrier_and_an_address() {
        let hardware_addr = HardwareAddr(vec![2, 0, 0, 0, 0, 1]);
        let up = LinkStatus { index: 2, link_state: true, hardware_addr, ..LinkStatus::default() };
        let down = LinkStatus { link_state: false, ..up.clone() };
        let spec = operator();
        assert_eq!(clients(&[&spec], &[("eth0", &up)], "node").len(), 1);
        assert_eq!(clients(&[&spec], &[("eth0", &down)], "node").len(), 0);
        assert_eq!(clients(&[&spec], &[("eth1", &up)], "node").len(), 0);
    }

    #[test]
    fn a_lease_becomes_an_address_and_a_default_route() {
        let spec = operator();
        assert_eq!(address("eth0", &lease()).id(), "eth0/10.0.2.15/24");
        let routes = routes(&spec, &lease());
        assert_eq!(routes.len(), 1);
        assert_eq!((routes[0].dst, routes[0].priority), (None, 1024));
        let name = hostname(&spec, &lease()).expect("a name");
        assert_eq!((name.hostname.as_str(), name.domainname.as_str()), ("node", "example.org"));
    }

    #[test]
    fn a_gateway_outside_of_the_subnet_is_reached_over_the_link() {
        let lease = Lease { prefix: 32, ..lease() };
        let routes = routes(&operator(), &lease);
        assert_eq!(routes.len(), 2);
        assert_eq!((routes[0].scope, routes[0].gateway), (Scope::LINK, None));
    }

    #[test]
    fn identifiers_are_as_asked_for() {
        let of = |client_identifier, duid: &str| {
            let duid_raw_hex = duid.to_owned();
            let options = Dhcp4Operator {
                client_identifier: Some(ClientId { client_identifier, duid_raw_hex }),
                ..Dhcp4Operator::default()
            };
            client_id(&options, [2, 0, 0, 0, 0, 1])
        };
        assert_eq!(of(ClientIdentifier::None, ""), None);
        assert_eq!(of(ClientIdentifier::Mac, ""), Some(vec![1, 2, 0, 0, 0, 0, 1]));
        assert_eq!(of(ClientIdentifier::Duid, "00:01"), Some(vec![255, 0, 0, 0, 0, 0, 1]));
    }
}
