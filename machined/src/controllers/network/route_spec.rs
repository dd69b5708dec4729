//! Applies merged routes to the kernel.
//!
//! reads    `RouteSpec` in `network` (strong), `LinkStatus`, `AddressStatus` in `network` (weak)
//! writes   nothing; holds a finalizer on every `RouteSpec` it has applied
//! touches  rtnetlink: RTM_NEWROUTE, RTM_DELROUTE
//!
//! A link that is missing or down is not an error: its change wakes us. A gateway that cannot be
//! reached yet is: it is tried again, and at once when an address comes.

use std::net::IpAddr;

use cosi::{BoxError, Context, Controller, Declaration, Id, Resource, Waker, strong, weak};
use linux::netlink::route::{self, Connection, Link, Route};
use resources::namespace::NETWORK;
use resources::network::{AddressStatus, Family, LinkStatus, RouteSpec, RoutingTable};

use super::kernel;

const DECLARATION: Declaration = Declaration {
    name: "network.RouteSpec",
    inputs: &[
        strong::<RouteSpec>(NETWORK),
        weak::<LinkStatus>(NETWORK),
        weak::<AddressStatus>(NETWORK),
    ],
    outputs: &[],
};

/// The metric that the kernel gives a route of IPv6 without one (IP6_RT_PRIO_USER).
const IPV6_METRIC: u32 = 1024;

/// The controller.
#[derive(Debug)]
pub(super) struct RouteSpecController;

impl Controller for RouteSpecController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    /// Somebody else's change of a route is put right.
    fn start(&mut self, waker: Waker) {
        kernel::follow(waker, |changes| changes.routes);
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let wanted = cx.list::<RouteSpec>(NETWORK)?;
        let mut route = Connection::open()?;
        let links = route.links()?;
        let actual = route.routes()?;
        let steps = plan(&wanted, &links, &actual);
        super::all(steps, |step| apply(cx, &mut route, &step))
    }
}

/// Everything this controller can do.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Hold(Id),
    Put(Route),
    Remove(Route),
    Release(Id),
}

/// tearing down | link is up | present | steps
/// -------------|------------|---------|-------------------------------
/// no           | no         | –       | nothing; the link will wake us
/// no           | yes        | no      | Hold, Put
/// no           | yes        | yes     | Hold
/// yes          | –          | no      | Release
/// yes          | –          | yes     | Remove, Release
fn plan(wanted: &[Resource<RouteSpec>], links: &[Link], actual: &[Route]) -> Vec<Step> {
    let mut steps = Vec::new();
    for resource in wanted {
        let id = resource.id().clone();
        let link = links.iter().find(|link| link.name == resource.spec.out_link_name);
        let route = link.map(|link| route(&resource.spec, link));
        let present =
            route.as_ref().is_some_and(|route| actual.iter().any(|actual| is_same(actual, route)));
        let up = link.is_some_and(Link::is_up);
        match (resource.metadata.is_tearing_down(), route) {
            (false, Some(route)) if up => {
                steps.push(Step::Hold(id));
                steps.extend((!present).then_some(Step::Put(route)));
            }
            (false, _) => {}
            (true, route) => {
                steps.extend(route.filter(|_| present).map(Step::Remove));
                steps.push(Step::Release(id));
            }
        }
    }
    steps
}

/// Only what tells routes apart; the kernel fills in the rest.
fn is_same(actual: &Route, wanted: &Route) -> bool {
    (actual.family, actual.table, actual.priority, actual.protocol)
        == (wanted.family, wanted.table, wanted.priority, wanted.protocol)
        && (actual.destination, actual.gateway, actual.link)
            == (wanted.destination, wanted.gateway, wanted.link)
        && (wanted.source.is_none() || actual.source == wanted.source)
        && actual.mtu == wanted.mtu
}

fn route(spec: &RouteSpec, link: &Link) -> Route {
    let family = match spec.family {
        Family::Inet4 => route::Family::V4,
        Family::Inet6 => route::Family::V6,
    };
    Route {
        destination: spec.dst.map(|prefix| (prefix.addr(), prefix.len())).filter(|(_, l)| *l > 0),
        source: spec.src,
        gateway: spec.gateway.filter(|gateway: &IpAddr| !gateway.is_unspecified()),
        link: Some(link.index),
        table: match spec.table {
            RoutingTable::UNSPEC => RoutingTable::MAIN.0,
            RoutingTable(number) => number,
        },
        priority: match (spec.priority, family) {
            (0, route::Family::V6) => IPV6_METRIC,
            (metric, _) => metric,
        },
        scope: spec.scope.0,
        kind: spec.kind.0,
        flags: spec.flags.0,
        protocol: spec.protocol.0,
        mtu: Some(spec.mtu).filter(|mtu| *mtu > 0),
        ..Route::new(family)
    }
}

fn apply(cx: &Context<'_>, route: &mut Connection, step: &Step) -> Result<(), BoxError> {
    match step {
        Step::Hold(id) => cx.add_finalizer::<RouteSpec>(NETWORK, id)?,
        Step::Put(wanted) => route.replace_route(wanted)?,
        Step::Remove(wanted) => super::absent(route.delete_route(wanted))?,
        Step::Release(id) => cx.remove_finalizer::<RouteSpec>(NETWORK, id)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use cosi::Phase;
    use resources::network::{RouteProtocol, RouteType};

    use super::*;

    #[test]
    fn the_table_holds() {
        let down = Link { index: 2, name: "eth0".to_owned(), ..Link::default() };
        let up = Link { flags: 1, ..down.clone() };
        let spec = RouteSpec {
            gateway: Some([10, 0, 2, 2].into()),
            out_link_name: "eth0".to_owned(),
            table: RoutingTable::MAIN,
            priority: 1024,
            kind: RouteType::UNICAST,
            protocol: RouteProtocol::STATIC,
            ..RouteSpec::default()
        };
        let there = route(&spec, &up);
        let id = Id::from(spec.id());
        let wanted = Resource::new(NETWORK, id.clone(), spec);
        let mut leaving = wanted.clone();
        leaving.edit().metadata.set_phase(Phase::TearingDown);
        let check =
            |wanted: &Resource<RouteSpec>, link: &Link, actual: &[Route], expected: &[Step]| {
                let found = plan(std::slice::from_ref(wanted), std::slice::from_ref(link), actual);
                assert_eq!(found, expected);
            };
        let actual = [there.clone()];
        check(&wanted, &down, &[], &[]);
        check(&wanted, &up, &[], &[Step::Hold(id.clone()), Step::Put(there.clone())]);
        check(&wanted, &up, &actual, &[Step::Hold(id.clone())]);
        check(&leaving, &up, &[], &[Step::Release(id.clone())]);
        check(&leaving, &up, &actual, &[Step::Remove(there), Step::Release(id)]);
    }
}
