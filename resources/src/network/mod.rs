//! The network: links, addresses, routes, names, resolvers and time servers.
//!
//! A `…Spec` in [`NETWORK_CONFIG`](crate::namespace::NETWORK_CONFIG) is what one source wants, with the id `LAYER/` and
//! the id proper; in [`NETWORK`](crate::namespace::NETWORK) it is what all sources together come to.

mod address_spec;
mod address_status;
mod bond;
mod bridge;
mod dns_resolve_cache;
mod dns_upstream;
mod hardware_address;
mod host_dns_config;
mod hostname_spec;
mod hostname_status;
mod kernel;
mod layer;
mod link_refresh;
mod link_spec;
mod link_status;
mod network_status;
mod node_address;
mod node_address_filter;
mod node_address_sort_algorithm;
mod operator_spec;
mod resolver_spec;
mod resolver_status;
mod route_id;
mod route_spec;
mod route_status;
mod time_server_spec;
mod time_server_status;
mod vlan;
mod vrf;
mod wireguard;

pub use address_spec::AddressSpec;
pub use address_status::AddressStatus;
pub use bond::{
    AdLacpActive, AdSelect, ArpAllTargets, ArpValidate, BondMaster, BondMode, BondSlave,
    BondXmitHashPolicy, FailOverMac, LacpRate, PrimaryReselect,
};
pub use bridge::{BridgeMaster, BridgeSlave, BridgeVlan, Stp};
pub use dns_resolve_cache::DnsResolveCache;
pub use dns_upstream::DnsUpstream;
pub use hardware_address::HardwareAddress;
pub use host_dns_config::HostDnsConfig;
pub use hostname_spec::HostnameSpec;
pub use hostname_status::HostnameStatus;
pub use kernel::{
    AddressFlags, Duplex, Family, LinkFlags, LinkType, OperationalState, Port, RouteFlags,
    RouteProtocol, RouteType, RoutingTable, Scope,
};
pub use layer::ConfigLayer;
pub use link_refresh::LinkRefresh;
pub use link_spec::LinkSpec;
pub use link_status::LinkStatus;
pub use network_status::NetworkStatus;
pub use node_address::NodeAddress;
pub use node_address_filter::NodeAddressFilter;
pub use node_address_sort_algorithm::{AddressSortAlgorithm, NodeAddressSortAlgorithm};
pub use operator_spec::{
    ClientId, ClientIdentifier, Dhcp4Operator, Dhcp6Operator, Operator, OperatorSpec,
    VipEquinixMetal, VipHcloud, VipOperator,
};
pub use resolver_spec::ResolverSpec;
pub use resolver_status::ResolverStatus;
use route_id::RouteId;
pub use route_spec::RouteSpec;
pub use route_status::RouteStatus;
pub use time_server_spec::TimeServerSpec;
pub use time_server_status::TimeServerStatus;
pub use vlan::{Vlan, VlanProtocol};
pub use vrf::{VrfMaster, VrfSlave};
pub use wireguard::{Wireguard, WireguardPeer};
