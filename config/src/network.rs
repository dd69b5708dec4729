//! The network that a configuration asks for, whichever documents say it.
//!
//! This is what the rest of the system sees: it knows neither of versions nor of the two ways in
//! which links, names and resolvers can be written. Defaults are those of the table of fields, filled
//! in before anything is looked at.

use std::net::IpAddr;

use types::LinkName;

use crate::document::Config;
use crate::v1alpha1::dhcp4::ClientIdentifier;
use crate::v1alpha1::hostname::AutoHostname;
use crate::v1alpha1::link::LinkConfig;
use crate::v1alpha1::machine::interface::{self, Interface};
use crate::value::Prefix;

/// Priority of a route that names none, as the reference sets it; the kernel's would be 0 for IPv4.
pub const DEFAULT_METRIC: u32 = 1024;

/// The whole network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Network {
    /// The machine's name.
    pub hostname: Hostname,
    /// Name servers, in order; none leaves them to DHCP and defaults.
    pub nameservers: Vec<IpAddr>,
    /// Search domains, in order.
    pub search_domains: Vec<String>,
    /// Whether the domain of the hostname is no search domain.
    pub disable_default_search_domain: bool,
    /// Links that are configured, in order of the documents.
    pub links: Vec<Link>,
    /// DHCP clients that are asked for.
    pub dhcp4: Vec<Dhcp4>,
    /// Names that are known without a name server.
    pub hosts: Vec<Host>,
}

/// Where the machine's name comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Hostname {
    /// From DHCP or the platform, else derived from an address.
    #[default]
    Unset,
    /// From the machine's identity.
    Stable,
    /// As given.
    Static(String),
}

/// One link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its name.
    pub name: LinkName,
    /// Whether it is to be left alone.
    pub ignore: bool,
    /// Whether it is to be up.
    pub up: bool,
    /// Largest packet in bytes; none leaves it alone.
    pub mtu: Option<u32>,
    /// Its addresses.
    pub addresses: Vec<Address>,
    /// Routes through it.
    pub routes: Vec<Route>,
}

/// An address of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// The address with its prefix.
    pub prefix: Prefix,
    /// Priority of the route that comes with it; none leaves it to the kernel.
    pub route_priority: Option<u32>,
}

/// A route through a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Destination; none for everything.
    pub destination: Option<Prefix>,
    /// Next hop; none for a destination on the link.
    pub gateway: Option<IpAddr>,
    /// Preferred source address.
    pub source: Option<IpAddr>,
    /// Priority: the lowest wins.
    pub metric: u32,
    /// Largest packet in bytes.
    pub mtu: Option<u32>,
    /// Number of the routing table.
    pub table: u32,
}

/// A DHCPv4 client on a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dhcp4 {
    /// The link.
    pub link: LinkName,
    /// Priority of the routes that come from it.
    pub route_metric: u32,
    /// Whether a hostname that comes from it is not taken.
    pub ignore_hostname: bool,
    /// How it names itself.
    pub client: ClientId,
}

/// How a DHCP client names itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientId {
    /// Not at all.
    None,
    /// By its MAC address.
    Mac,
    /// By these bytes.
    Duid(Vec<u8>),
}

/// Names of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// The address.
    pub address: IpAddr,
    /// Its names.
    pub names: Vec<String>,
}

/// Numbers of the tables that have names (rtnetlink(7)).
const TABLES: [(&str, u32); 4] = [("unspec", 0), ("default", 253), ("main", 254), ("local", 255)];

/// The number of a routing table, given by name or number.
pub(crate) fn table(text: &str) -> Option<u32> {
    TABLES
        .into_iter()
        .find(|(name, _)| *name == text)
        .map(|(_, number)| number)
        .or_else(|| text.parse().ok())
}

/// The bytes of a DUID, two hexadecimal digits each, with colons between or without.
pub(crate) fn duid(text: &str) -> Option<Vec<u8>> {
    let byte = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
    let apart = text.contains(':') && text.split(':').any(|digits| digits.len() != 2);
    let digits = text.replace(':', "");
    if apart
        || digits.is_empty()
        || !digits.len().is_multiple_of(2)
        || !digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    {
        return None;
    }
    digits.as_bytes().chunks(2).map(byte).collect()
}

impl Config {
    /// The network that it asks for.
    #[must_use]
    pub fn network(&self) -> Network {
        self.with_defaults().asked_network()
    }

    /// The network, where no default is missing any more.
    fn asked_network(&self) -> Network {
        let mut network = Network::default();
        self.root_network(&mut network);
        for document in self.hostname_configs() {
            network.hostname = match (&document.hostname, document.auto) {
                (Some(name), _) => Hostname::Static(name.clone()),
                (None, Some(AutoHostname::Stable)) => Hostname::Stable,
                (None, Some(AutoHostname::Off) | None) => Hostname::Unset,
            };
        }
        for document in self.resolver_configs() {
            network
                .nameservers
                .extend(document.nameservers.iter().filter_map(|server| server.address));
            if let Some(search) = &document.search_domains {
                network.search_domains.extend(search.domains.iter().cloned());
                network.disable_default_search_domain = search.disable_default == Some(true);
            }
        }
        network.links.extend(self.link_configs().filter_map(link));
        for document in self.dhcp4_configs() {
            let Some(link) = document.name.clone() else { continue };
            network.dhcp4.push(Dhcp4 {
                link,
                route_metric: document.route_metric.unwrap_or_default(),
                ignore_hostname: document.ignore_hostname == Some(true),
                client: match (
                    document.client_identifier,
                    document.duid_raw.as_deref().and_then(duid),
                ) {
                    (Some(ClientIdentifier::None), _) => ClientId::None,
                    (Some(ClientIdentifier::Duid), Some(bytes)) => ClientId::Duid(bytes),
                    (Some(ClientIdentifier::Mac | ClientIdentifier::Duid) | None, _) => {
                        ClientId::Mac
                    }
                },
            });
        }
        for document in self.static_host_configs() {
            let names = document.hostnames.clone();
            network.hosts.extend(document.address.map(|address| Host { address, names }));
        }
        network
    }

    /// What the root document says about the network.
    fn root_network(&self, network: &mut Network) {
        let Some(machine) = self.machine() else { return };
        let stable = machine
            .features
            .as_ref()
            .is_some_and(|features| features.stable_hostname == Some(true));
        network.hostname = if stable { Hostname::Stable } else { Hostname::Unset };
        let Some(root) = &machine.network else { return };
        if let Some(name) = root.hostname.as_ref().filter(|name| !name.is_empty()) {
            network.hostname = Hostname::Static(name.clone());
        }
        network.nameservers.clone_from(&root.nameservers);
        network.search_domains.clone_from(&root.search_domains);
        network.disable_default_search_domain = root.disable_search_domain == Some(true);
        for interface in &root.interfaces {
            let Some(name) = interface.name.clone() else { continue };
            network.dhcp4.extend(interface_dhcp(interface, &name));
            network.links.push(interface_link(interface, name));
        }
        for entry in &root.extra_host_entries {
            let names = entry.aliases.clone();
            network.hosts.extend(entry.ip.map(|address| Host { address, names }));
        }
    }
}

/// A link as the root document has it.
fn interface_link(interface: &Interface, name: LinkName) -> Link {
    let prefixes = interface.addresses.iter().map(|address| address.0).chain(interface.cidr);
    let route = |route: &interface::Route| Route {
        destination: route.network.filter(|prefix| prefix.length() > 0),
        gateway: route.gateway,
        source: route.source,
        metric: route.metric.filter(|metric| *metric > 0).unwrap_or(DEFAULT_METRIC),
        mtu: route.mtu.filter(|mtu| *mtu > 0),
        table: 254,
    };
    Link {
        name,
        ignore: interface.ignore == Some(true),
        up: true,
        mtu: interface.mtu.filter(|mtu| *mtu > 0),
        addresses: prefixes.map(|prefix| Address { prefix, route_priority: None }).collect(),
        routes: interface.routes.iter().map(route).collect(),
    }
}

/// The DHCP client of a link as the root document has it.
fn interface_dhcp(interface: &Interface, name: &LinkName) -> Option<Dhcp4> {
    let options = interface.dhcp_options.clone().unwrap_or_default();
    let wanted = interface.dhcp == Some(true) && interface.ignore != Some(true);
    (wanted && options.ipv4 == Some(true)).then(|| Dhcp4 {
        link: name.clone(),
        route_metric: options.route_metric.filter(|metric| *metric > 0).unwrap_or(DEFAULT_METRIC),
        ignore_hostname: false,
        client: ClientId::Mac,
    })
}

/// A link as LinkConfig has it.
fn link(document: &LinkConfig) -> Option<Link> {
    let addresses = document.common.addresses.iter().filter_map(|address| {
        Some(Address { prefix: address.address?, route_priority: address.route_priority })
    });
    let routes = document.common.routes.iter().map(|route| Route {
        destination: route.destination,
        gateway: route.gateway,
        source: route.source,
        metric: route.metric.unwrap_or_default(),
        mtu: route.mtu,
        table: route.table.as_deref().and_then(table).unwrap_or(254),
    });
    Some(Link {
        name: document.name.clone()?,
        ignore: false,
        up: document.common.up == Some(true),
        mtu: document.common.mtu,
        addresses: addresses.collect(),
        routes: routes.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        Config::decode(text.as_bytes()).unwrap().0.network()
    }

    /// One network in both ways of writing it.
    const ROOT: &str = "\
machine:
  network:
    hostname: node
    nameservers: [10.0.0.53]
    searchDomains: [example.org]
    disableSearchDomain: true
    extraHostEntries: [{ip: 10.0.0.9, aliases: [nine]}]
    interfaces:
    - interface: eth0
      mtu: 1400
      addresses: [10.0.0.1/24]
      routes: [{network: 0.0.0.0/0, gateway: 10.0.0.254}]
    - interface: eth1
      dhcp: true
      dhcpOptions: {routeMetric: 2000}
";
    const DOCUMENTS: &str = "\
{apiVersion: v1alpha1, kind: HostnameConfig, hostname: node}
---
{apiVersion: v1alpha1, kind: ResolverConfig, nameservers: [{address: 10.0.0.53}], searchDomains: {domains: [example.org], disableDefault: true}}
---
{apiVersion: v1alpha1, kind: StaticHostConfig, name: 10.0.0.9, hostnames: [nine]}
---
{apiVersion: v1alpha1, kind: LinkConfig, name: eth0, mtu: 1400, addresses: [{address: 10.0.0.1/24}], routes: [{gateway: 10.0.0.254}]}
---
{apiVersion: v1alpha1, kind: LinkConfig, name: eth1}
---
{apiVersion: v1alpha1, kind: DHCPv4Config, name: eth1, routeMetric: 2000}
";

    #[test]
    fn both_ways_of_writing_mean_the_same() {
        let (root, documents) = (network(ROOT), network(DOCUMENTS));
        assert_eq!(root, documents);
        assert_eq!(root.hostname, Hostname::Static("node".into()));
        assert_eq!(root.links[0].routes[0].metric, DEFAULT_METRIC);
        assert_eq!(root.links[0].routes[0].destination, None);
        assert_eq!(root.dhcp4[0].route_metric, 2000);
    }

    #[test]
    fn the_name_can_be_derived() {
        for (text, want) in [
            ("machine: {type: worker}", Hostname::Unset),
            ("machine: {features: {stableHostname: true}}", Hostname::Stable),
            ("{apiVersion: v1alpha1, kind: HostnameConfig, auto: stable}", Hostname::Stable),
            ("{apiVersion: v1alpha1, kind: HostnameConfig, auto: off}", Hostname::Unset),
        ] {
            assert_eq!(network(text).hostname, want, "{text}");
        }
    }

    #[test]
    fn an_ignored_link_asks_for_no_dhcp() {
        let network = network(
            "machine: {network: {interfaces: [{interface: eth0, dhcp: true, ignore: true}]}}",
        );
        assert!(network.dhcp4.is_empty());
        assert!(network.links[0].ignore);
    }

    #[test]
    fn tables_and_duids_are_read() {
        assert_eq!((table("main"), table("100"), table("x")), (Some(254), Some(100), None));
        assert_eq!(duid("00:Ff:10"), Some(vec![0, 255, 16]));
        assert_eq!(duid("00ff10"), Some(vec![0, 255, 16]));
        assert_eq!((duid("0:1"), duid("+1:22"), duid("")), (None, None, None));
    }
}
