//! The network: layered specs are merged, applied to the kernel, and what the kernel says is shown.
//!
//! In a container the network belongs to the engine: links, addresses and routes are only shown.

mod address_status;
mod hardware_address;
mod hostname_spec;
mod kernel;
mod link_status;
mod network_status;
mod node_address;
mod resolver_spec;
mod route_status;

use cosi::Controller;
use resources::network::{LinkStatus, LinkType};

use super::Parts;

/// Every controller of the network, in the order of their names.
pub(super) fn controllers(parts: &Parts) -> Vec<Box<dyn Controller>> {
    vec![
        Box::new(address_status::AddressStatusController),
        Box::new(hardware_address::HardwareAddressController),
        Box::new(hostname_spec::HostnameSpecController::new(parts.mode)),
        Box::new(link_status::LinkStatusController),
        Box::new(network_status::NetworkStatusController::new(parts.mode)),
        Box::new(node_address::NodeAddressController),
        Box::new(resolver_spec::ResolverSpecController),
        Box::new(route_status::RouteStatusController),
    ]
}

/// Whether a link is a device, and no other link's.
fn is_physical(link: &LinkStatus) -> bool {
    link.medium == LinkType::ETHER && link.kind.is_empty()
}
