//! The network: layered specs are merged, applied to the kernel, and what the kernel says is shown.
//!
//! In a container the network belongs to the engine: links, addresses and routes are only shown.

mod address_config;
mod address_merge;
mod address_spec;
mod address_status;
mod hardware_address;
mod hostname_config;
mod hostname_merge;
mod hostname_spec;
mod kernel;
mod layer;
mod link_config;
mod link_merge;
mod link_spec;
mod link_status;
mod network_status;
mod node_address;
mod operator_config;
mod operator_merge;
mod resolver_config;
mod resolver_merge;
mod resolver_spec;
mod route_config;
mod route_merge;
mod route_spec;
mod route_status;
mod time_server_merge;

use std::net::IpAddr;

use cosi::{BoxError, Context, Controller};
use linux::KernelError;
use resources::network::{Family, LinkStatus, LinkType};
use resources::value::IpPrefix;
use types::Mode;

use super::Parts;

/// Every controller of the network, in the order of their names.
pub(super) fn controllers(parts: &Parts) -> Vec<Box<dyn Controller>> {
    let mut controllers: Vec<Box<dyn Controller>> = vec![
        Box::new(address_status::AddressStatusController),
        Box::new(hardware_address::HardwareAddressController),
        Box::new(hostname_config::HostnameConfigController::new(parts)),
        Box::new(hostname_merge::controller()),
        Box::new(hostname_spec::HostnameSpecController::new(parts.mode)),
        Box::new(link_status::LinkStatusController),
        Box::new(network_status::NetworkStatusController::new(parts.mode)),
        Box::new(node_address::NodeAddressController),
        Box::new(resolver_config::ResolverConfigController::new(parts.mode)),
        Box::new(resolver_merge::controller()),
        Box::new(resolver_spec::ResolverSpecController),
        Box::new(route_status::RouteStatusController),
        Box::new(time_server_merge::controller()),
    ];
    if parts.mode != Mode::Container {
        controllers.extend(changing());
    }
    controllers
}

/// Those that change links, addresses and routes.
fn changing() -> [Box<dyn Controller>; 11] {
    [
        Box::new(address_config::AddressConfigController),
        Box::new(address_merge::controller()),
        Box::new(address_spec::AddressSpecController),
        Box::new(link_config::LinkConfigController),
        Box::new(link_merge::controller()),
        Box::new(link_spec::LinkSpecController),
        Box::new(operator_config::OperatorConfigController),
        Box::new(operator_merge::controller()),
        Box::new(route_config::RouteConfigController),
        Box::new(route_merge::controller()),
        Box::new(route_spec::RouteSpecController),
    ]
}

/// The network that the active configuration asks for; nothing while there is none.
fn configured(cx: &Context<'_>) -> Result<config::network::Network, cosi::Error> {
    let config = super::config::active(cx)?;
    Ok(config.map(|config| config.network()).unwrap_or_default())
}

/// Takes all steps, past those that cannot be taken, and returns the first error.
fn all<S>(steps: Vec<S>, apply: impl FnMut(S) -> Result<(), BoxError>) -> Result<(), BoxError> {
    steps.into_iter().map(apply).fold(Ok(()), Result::and)
}

/// Adding what is there has succeeded.
fn present(result: Result<(), KernelError>) -> Result<(), KernelError> {
    match result {
        Err(error) if error.is_present() => Ok(()),
        other => other,
    }
}

/// Removing what is not there has succeeded.
fn absent(result: Result<(), KernelError>) -> Result<(), KernelError> {
    match result {
        Err(error) if error.is_absent() => Ok(()),
        other => other,
    }
}

/// Whether a link is a device, and no other link's.
fn is_physical(link: &LinkStatus) -> bool {
    link.medium == LinkType::ETHER && link.kind.is_empty()
}

fn family(address: IpAddr) -> Family {
    if address.is_ipv4() { Family::Inet4 } else { Family::Inet6 }
}

fn prefix(prefix: config::value::Prefix) -> Option<IpPrefix> {
    IpPrefix::new(prefix.address(), prefix.length())
}

#[cfg(test)]
pub(super) mod tests {
    use cosi::Resource;
    use resources::namespace::NETWORK;

    use super::*;

    /// The network of a configuration with this `machine.network`.
    pub(super) fn network(text: &str) -> config::network::Network {
        let text = format!("machine: {{network: {{{text}}}}}\ncluster: {{}}\n");
        config::Config::decode(text.as_bytes()).expect("a configuration").0.network()
    }

    /// The status of a network card.
    pub(super) fn device(name: &str) -> Resource<LinkStatus> {
        let status = LinkStatus { medium: LinkType::ETHER, ..LinkStatus::default() };
        Resource::new(NETWORK, name, status)
    }
}
