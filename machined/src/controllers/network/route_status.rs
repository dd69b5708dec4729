//! Shows the routes.
//!
//! reads    nothing
//! writes   `RouteStatus` in `network`
//! touches  rtnetlink: RTM_GETLINK, RTM_GETROUTE

use cosi::{BoxError, Context, Controller, Declaration, Waker, exclusive};
use linux::netlink::route::{self, Connection, Link, Route};
use resources::namespace::NETWORK;
use resources::network::{
    Family, RouteFlags, RouteProtocol, RouteStatus, RouteType, RoutingTable, Scope,
};
use resources::value::IpPrefix;

use super::kernel;

const DECLARATION: Declaration = Declaration {
    name: "network.RouteStatus",
    inputs: &[],
    outputs: &[exclusive::<RouteStatus>()],
};

/// The controller.
#[derive(Debug)]
pub(super) struct RouteStatusController;

impl Controller for RouteStatusController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn start(&mut self, waker: Waker) {
        kernel::follow(waker, |changes| changes.routes || changes.links);
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let mut route = Connection::open()?;
        let links = route.links()?;
        let routes = route.routes()?;
        cx.converge(NETWORK, plan(&links, &routes))?;
        Ok(())
    }
}

/// The routes as clients see them; the hops of a route with several share an id, and one is shown.
fn plan(links: &[Link], routes: &[Route]) -> Vec<(String, RouteStatus)> {
    let names = kernel::names(links);
    let show = |route: &Route| {
        let name = route.link.and_then(|link| names.get(&link)).copied();
        let status = RouteStatus {
            family: match route.family {
                route::Family::V4 => Family::Inet4,
                route::Family::V6 => Family::Inet6,
            },
            dst: route.destination.and_then(|(address, length)| IpPrefix::new(address, length)),
            src: route.source,
            gateway: route.gateway,
            out_link_index: route.link.unwrap_or(0),
            out_link_name: name.unwrap_or_default().to_owned(),
            table: RoutingTable(route.table),
            priority: route.priority,
            scope: Scope(route.scope),
            kind: RouteType(route.kind),
            flags: RouteFlags(route.flags),
            protocol: RouteProtocol(route.protocol),
            mtu: route.mtu.unwrap_or(0),
        };
        (status.id(), status)
    };
    routes.iter().map(show).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_has_the_name_of_its_link() {
        let links = [Link { index: 2, name: "eth0".to_owned(), ..Link::default() }];
        let default = Route {
            gateway: Some([10, 5, 0, 1].into()),
            link: Some(2),
            priority: 1024,
            ..Route::new(route::Family::V4)
        };
        let found = plan(&links, &[default]);
        let (id, status) = found.first().expect("one");
        assert_eq!((id.as_str(), status.out_link_name.as_str()), ("inet4/10.5.0.1//1024", "eth0"));
    }
}
