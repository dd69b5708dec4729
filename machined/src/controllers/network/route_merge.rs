//! Merges the routes of all sources.
//!
//! reads    `RouteSpec` in `network-config` (weak)
//! writes   `RouteSpec` in `network`
//! touches  nothing

use cosi::{Declaration, shared, weak};
use resources::namespace::NETWORK_CONFIG;
use resources::network::RouteSpec;

use super::layer::Merge;

const DECLARATION: Declaration = Declaration {
    name: "network.RouteMerge",
    inputs: &[weak::<RouteSpec>(NETWORK_CONFIG)],
    outputs: &[shared::<RouteSpec>()],
};

/// The controller.
pub(super) const fn controller() -> Merge<RouteSpec> {
    Merge::new(&DECLARATION)
}
