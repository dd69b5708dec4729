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
    use std::sync::Arc;
    use std::time::Duration;

    use cosi::{Resource, Spec, State};
    use linux::namespace::{self, Namespace};
    use linux::netlink::route::Connection;
    use resources::namespace::{NETWORK, NETWORK_CONFIG};
    use resources::network::{
        AddressSpec, AddressStatus, ConfigLayer, LinkSpec, NetworkStatus, RouteProtocol, RouteSpec,
        RouteType, RoutingTable,
    };

    use super::layer::Layered;
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

    /// Kernel tier: what one source wants is merged, reaches the kernel of a fresh network
    /// namespace, is shown, and goes away with the wish.
    #[test]
    fn the_kernel_follows_the_wishes() {
        let run = || {
            if let Err(error) = namespace::leave(&[Namespace::Network]) {
                println!("skipped: {error}");
                return;
            }
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let limit = Duration::from_secs(20);
                tokio::time::timeout(limit, Box::pin(scenario())).await.expect("in time");
            });
        };
        std::thread::spawn(run).join().expect("no failure");
    }

    async fn scenario() {
        let mut kernel = Connection::open().expect("a connection");
        kernel.add_pair("eth0", "eth1").expect("a pair");
        let peer = kernel.links().expect("links").into_iter().find(|link| link.name == "eth1");
        kernel.set_up(peer.expect("made").index).expect("up");
        let state = State::new(Arc::new(cosi::SystemClock));
        resources::register_all(&state);
        let mut runtime = cosi::Runtime::local(state.clone());
        let shown: [Box<dyn Controller>; 5] = [
            Box::new(address_status::AddressStatusController),
            Box::new(link_status::LinkStatusController),
            Box::new(network_status::NetworkStatusController::new(Mode::Metal)),
            Box::new(node_address::NodeAddressController),
            Box::new(route_status::RouteStatusController),
        ];
        for controller in shown.into_iter().chain(changing()) {
            runtime.register(controller).expect("registered");
        }
        tokio::spawn(runtime.run(std::future::pending()));

        // The route comes first: it must wait for the address, which waits for the link.
        let layer = ConfigLayer::Operator;
        let name = "eth0".to_owned();
        want(
            &state,
            RouteSpec {
                gateway: Some([10, 0, 2, 2].into()),
                out_link_name: name.clone(),
                table: RoutingTable::MAIN,
                priority: 1024,
                kind: RouteType::UNICAST,
                protocol: RouteProtocol::STATIC,
                layer,
                ..RouteSpec::default()
            },
        );
        let address = AddressSpec {
            address: "10.0.2.15/24".parse().expect("a prefix"),
            link_name: name.clone(),
            layer,
            ..AddressSpec::default()
        };
        want(&state, address.clone());
        want(&state, LinkSpec { name, up: true, mtu: 1400, layer, ..LinkSpec::default() });

        until(&state, NetworkStatus::ID, |found: Option<NetworkStatus>| {
            found.is_some_and(|status| status.connectivity_ready && status.address_ready)
        })
        .await;
        until(&state, "eth0", |found: Option<LinkStatus>| {
            found.is_some_and(|link| link.mtu == 1400)
        })
        .await;
        // The loopback's address is there by default.
        until(&state, "lo/127.0.0.1/8", |found: Option<AddressStatus>| found.is_some()).await;
        state
            .destroy(NETWORK_CONFIG, AddressSpec::TYPE, &address.source_id(), "test")
            .expect("destroyed");
        until(&state, &address.id(), |found: Option<AddressStatus>| found.is_none()).await;
        until(&state, &address.id(), |found: Option<AddressSpec>| found.is_none()).await;
    }

    fn want<T: Layered>(state: &State, spec: T) {
        state.put(NETWORK_CONFIG, spec.source_id(), "test", spec).expect("stored");
    }

    async fn until<T: Spec>(state: &State, id: &str, is_so: impl Fn(Option<T>) -> bool) {
        loop {
            let found = state.get_in::<T>(NETWORK, id).expect("readable");
            if is_so(found.map(Resource::into_spec)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
