//! `machine.network.interfaces`: links with their addresses. Deprecated in favour of LinkConfig and
//! its relatives.

use std::net::IpAddr;

use types::{LinkName, Secret};

use super::bond::Bond;
use crate::field::section;
use crate::table::Merge;
use crate::value::{Address, Duration, Prefix};

section! {
    /// A link and what is to be done with it.
    pub struct Interface {
        /// Its name.
        "interface" => name: Option<LinkName> { applied: &["network.LinkConfig"] },
        /// Or what it is.
        "deviceSelector" => device_selector: Option<DeviceSelector>,
        /// Addresses.
        "addresses" => addresses: Vec<Address> { applied: &["network.AddressConfig"] },
        /// One address; not beside `addresses`. Deprecated long ago.
        "cidr" => cidr: Option<Prefix> { applied: &["network.AddressConfig"] },
        /// Routes through it.
        "routes" => routes: Vec<Route>,
        /// Makes it a bond.
        "bond" => bond: Option<Box<Bond>>,
        /// Makes it a bridge.
        "bridge" => bridge: Option<Bridge>,
        /// Puts it into a bridge.
        "bridgePort" => bridge_port: Option<BridgePort>,
        /// VLANs on it.
        "vlans" => vlans: Vec<Vlan> { merge: Merge::By(&["vlanId"]) },
        /// Largest packet in bytes; 0 leaves it alone.
        "mtu" => mtu: Option<u32> { applied: &["network.LinkConfig"] },
        /// Whether addresses come from DHCP.
        "dhcp" => dhcp: Option<bool> { default: "false", applied: &["network.OperatorConfig"] },
        /// Whether it is left alone.
        "ignore" => ignore: Option<bool> { default: "false", applied: &["network.LinkConfig"] },
        /// Makes it a dummy link.
        "dummy" => dummy: Option<bool> { default: "false" },
        /// How DHCP is done.
        "dhcpOptions" => dhcp_options: Option<DhcpOptions> { default: "{}" },
        /// Makes it a WireGuard link.
        "wireguard" => wireguard: Option<Box<Wireguard>>,
        /// A shared address.
        "vip" => vip: Option<Vip>,
    }
}

section! {
    /// What a device must match.
    pub struct DeviceSelector {
        /// Path on the bus.
        "busPath" => bus_path: Option<String>,
        /// MAC address.
        "hardwareAddr" => hardware_addr: Option<String>,
        /// Permanent MAC address.
        "permanentAddr" => permanent_addr: Option<String>,
        /// PCI vendor and device.
        "pciID" => pci_id: Option<String>,
        /// Kernel driver.
        "driver" => driver: Option<String>,
        /// Whether it is a real device.
        "physical" => physical: Option<bool>,
    }
}

section! {
    /// A route.
    pub struct Route {
        /// Destination; everything when absent.
        "network" => network: Option<Prefix> { applied: &["network.RouteConfig"] },
        /// Next hop.
        "gateway" => gateway: Option<IpAddr> { applied: &["network.RouteConfig"] },
        /// Preferred source address.
        "source" => source: Option<IpAddr> { applied: &["network.RouteConfig"] },
        /// Priority: the lowest wins; 1024 when absent.
        "metric" => metric: Option<u32> { default: "1024", applied: &["network.RouteConfig"] },
        /// Largest packet in bytes.
        "mtu" => mtu: Option<u32> { applied: &["network.RouteConfig"] },
    }
}

section! {
    /// A bridge.
    pub struct Bridge {
        /// Links in it.
        "interfaces" => interfaces: Vec<String>,
        /// Spanning tree.
        "stp" => stp: Option<Stp>,
        /// VLANs.
        "vlan" => vlan: Option<BridgeVlan>,
    }
}

section! {
    /// Spanning tree.
    pub struct Stp {
        /// Whether it is spoken.
        "enabled" => enabled: Option<bool>,
    }
}

section! {
    /// VLANs of a bridge.
    pub struct BridgeVlan {
        /// Whether the bridge tells VLANs apart.
        "vlanFiltering" => filtering: Option<bool>,
    }
}

section! {
    /// A port of a bridge.
    pub struct BridgePort {
        /// The bridge.
        "master" => master: Option<String>,
    }
}

section! {
    /// A VLAN.
    pub struct Vlan {
        /// Addresses.
        "addresses" => addresses: Vec<Address>,
        /// One address; not beside `addresses`.
        "cidr" => cidr: Option<Prefix>,
        /// Routes through it.
        "routes" => routes: Vec<Route> { idle: true },
        /// Whether addresses come from DHCP.
        "dhcp" => dhcp: Option<bool> { default: "false" },
        /// Number of the VLAN, 1 to 4094.
        "vlanId" => id: Option<u16>,
        /// Largest packet in bytes.
        "mtu" => mtu: Option<u32>,
        /// A shared address.
        "vip" => vip: Option<Vip>,
        /// How DHCP is done.
        "dhcpOptions" => dhcp_options: Option<DhcpOptions> { idle: true },
    }
}

section! {
    /// How DHCP is done.
    pub struct DhcpOptions {
        /// Priority of the routes that come from it; 1024 when absent.
        "routeMetric" => route_metric: Option<u32> { default: "1024", applied: &["network.OperatorConfig"] },
        /// Whether DHCPv4 is spoken; yes when absent.
        "ipv4" => ipv4: Option<bool> { default: "true", applied: &["network.OperatorConfig"] },
        /// Whether DHCPv6 is spoken; no when absent.
        "ipv6" => ipv6: Option<bool> { default: "false" },
        /// The identity for DHCPv6.
        "duidv6" => duid_v6: Option<String>,
    }
}

section! {
    /// A WireGuard link.
    pub struct Wireguard {
        /// Its key.
        "privateKey" => private_key: Option<Secret<String>>,
        /// UDP port.
        "listenPort" => listen_port: Option<u16>,
        /// Mark of its packets.
        "firewallMark" => firewall_mark: Option<u32>,
        /// Who may talk.
        "peers" => peers: Vec<WireguardPeer>,
    }
}

section! {
    /// A peer of a WireGuard link.
    pub struct WireguardPeer {
        /// Its key.
        "publicKey" => public_key: Option<String>,
        /// Where it is.
        "endpoint" => endpoint: Option<String>,
        /// How often something is sent to keep the way open.
        "persistentKeepaliveInterval" => persistent_keepalive_interval: Option<Duration>,
        /// Networks behind it.
        "allowedIPs" => allowed_ips: Vec<String>,
    }
}

section! {
    /// An address that one of several machines holds.
    pub struct Vip {
        /// The address.
        "ip" => ip: Option<String>,
        /// At Equinix Metal.
        "equinixMetal" => equinix_metal: Option<VipToken>,
        /// At Hetzner Cloud.
        "hcloud" => hcloud: Option<VipToken>,
    }
}

section! {
    /// Access to a provider's API.
    pub struct VipToken {
        /// The token.
        "apiToken" => api_token: Option<Secret<String>>,
    }
}
