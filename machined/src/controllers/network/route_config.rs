//! Says which routes are wanted: those of the configuration.
//!
//! reads    `MachineConfig` `v1alpha1` in `config` (weak)
//! writes   `RouteSpec` in `network-config`, layer configuration
//! touches  nothing

use std::net::IpAddr;

use cosi::{BoxError, Context, Controller, Declaration, shared, weak};
use resources::config::MachineConfig;
use resources::namespace::{CONFIG, NETWORK_CONFIG};
use resources::network::{
    ConfigLayer, Family, RouteProtocol, RouteSpec, RouteType, RoutingTable, Scope,
};

use super::layer::Layered;

const DECLARATION: Declaration = Declaration {
    name: "network.RouteConfig",
    inputs: &[weak::<MachineConfig>(CONFIG).id(MachineConfig::ACTIVE)],
    outputs: &[shared::<RouteSpec>()],
};

/// The controller.
#[derive(Debug)]
pub(super) struct RouteConfigController;

impl Controller for RouteConfigController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let network = super::configured(cx)?;
        let wanted = plan(&network.links);
        cx.converge(NETWORK_CONFIG, wanted.into_iter().map(|spec| (spec.source_id(), spec)))?;
        Ok(())
    }
}

/// gateway | destination | route
/// --------|-------------|----------------------------------
/// –       | –           | none: it would lead nowhere
/// –       | there       | to what is on the link
/// there   | –           | the default route of its family
/// there   | there       | through the gateway
fn plan(configured: &[config::network::Link]) -> Vec<RouteSpec> {
    let links = configured.iter().filter(|link| !link.ignore);
    links
        .flat_map(|link| link.routes.iter().filter_map(|route| spec(link.name.as_str(), route)))
        .collect()
}

fn spec(link: &str, route: &config::network::Route) -> Option<RouteSpec> {
    let destination = route.destination.and_then(super::prefix);
    let address: IpAddr = route.gateway.or(destination.map(|prefix| prefix.addr()))?;
    let family = super::family(address);
    let scope = match (route.gateway, family) {
        (None, Family::Inet4) => Scope::LINK,
        (Some(_), _) | (None, Family::Inet6) => Scope::GLOBAL,
    };
    Some(RouteSpec {
        family,
        dst: destination.map(|prefix| prefix.masked()).filter(|prefix| prefix.len() > 0),
        src: route.source,
        gateway: route.gateway,
        out_link_name: link.to_owned(),
        table: RoutingTable(route.table),
        priority: route.metric,
        scope,
        kind: RouteType::UNICAST,
        protocol: RouteProtocol::STATIC,
        layer: ConfigLayer::Configuration,
        mtu: route.mtu.unwrap_or(0),
        ..RouteSpec::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controllers::network::tests::network;

    #[test]
    fn routes_are_those_of_the_configuration() {
        let configured = network(
            "interfaces: [{interface: eth0, routes: [{network: 0.0.0.0/0, gateway: 10.0.0.1}, \
             {network: 10.9.0.0/16}]}]",
        );
        let found = plan(&configured.links);
        let shown: Vec<_> = found.iter().map(|spec| (spec.source_id(), spec.scope)).collect();
        assert_eq!(
            shown,
            [
                ("configuration/inet4/10.0.0.1//1024".to_owned(), Scope::GLOBAL),
                ("configuration/inet4//10.9.0.0/16/1024".to_owned(), Scope::LINK)
            ]
        );
    }
}
