//! Says how far the network has come.
//!
//! reads    `NodeAddress` `current`, `RouteStatus`, `HostnameStatus` in `network`, `EtcFileStatus`
//!          in `files` (weak)
//! writes   `NetworkStatus` `status` in `network`
//! touches  nothing
//!
//! In a container the engine has written the files.

use cosi::{BoxError, Context, Controller, Declaration, Resource, exclusive, weak};
use resources::files::EtcFileStatus;
use resources::namespace::{FILES, NETWORK};
use resources::network::{
    HostnameStatus, NetworkStatus, NodeAddress, RouteStatus, RouteType, RoutingTable,
};
use types::Mode;

use super::node_address::CURRENT;

const DECLARATION: Declaration = Declaration {
    name: "network.Status",
    inputs: &[
        weak::<NodeAddress>(NETWORK).id(CURRENT),
        weak::<RouteStatus>(NETWORK),
        weak::<HostnameStatus>(NETWORK).id(HostnameStatus::ID),
        weak::<EtcFileStatus>(FILES),
    ],
    outputs: &[exclusive::<NetworkStatus>()],
};

/// Files that programs find names by.
const NAME_FILES: [&str; 2] = ["hosts", "resolv.conf"];

/// The controller.
#[derive(Debug)]
pub(super) struct NetworkStatusController {
    mode: Mode,
}

impl NetworkStatusController {
    /// Looks at a machine of this mode.
    pub(super) fn new(mode: Mode) -> Self {
        Self { mode }
    }
}

impl Controller for NetworkStatusController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let addresses = cx.get::<NodeAddress>(NETWORK, CURRENT)?;
        let routes = cx.list::<RouteStatus>(NETWORK)?;
        let hostname = cx.get::<HostnameStatus>(NETWORK, HostnameStatus::ID)?;
        let files = cx.list::<EtcFileStatus>(FILES)?;
        let status = NetworkStatus {
            address_ready: addresses.is_some_and(|found| !found.spec.addresses.is_empty()),
            connectivity_ready: routes.iter().any(is_way_out),
            hostname_ready: hostname.is_some(),
            etc_files_ready: self.mode == Mode::Container
                || NAME_FILES.iter().all(|name| files.iter().any(|file| file.id() == name)),
        };
        cx.put(NETWORK, NetworkStatus::ID, status)?;
        Ok(())
    }
}

/// A way out is a route to everywhere in the main table.
fn is_way_out(route: &Resource<RouteStatus>) -> bool {
    let route = &route.spec;
    route.table == RoutingTable::MAIN
        && route.kind == RouteType::UNICAST
        && route.dst.is_none_or(|destination| destination.len() == 0)
        && route.gateway.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: bool, change: fn(&mut RouteStatus)) {
        let mut route = RouteStatus {
            table: RoutingTable::MAIN,
            kind: RouteType::UNICAST,
            gateway: Some([10, 0, 2, 2].into()),
            ..RouteStatus::default()
        };
        change(&mut route);
        assert_eq!(is_way_out(&Resource::new(NETWORK, "id", route)), expected);
    }

    #[test]
    fn a_way_out_leads_everywhere_through_a_gateway() {
        check(true, |_| {});
        check(false, |route| route.gateway = None);
        check(false, |route| route.kind = RouteType::UNREACHABLE);
        check(false, |route| route.table = RoutingTable::LOCAL);
        check(false, |route| route.dst = "10.0.0.0/8".parse().ok());
    }
}
