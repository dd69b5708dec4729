//! Merges the names of all sources.
//!
//! reads    `HostnameSpec` in `network-config` (weak)
//! writes   `HostnameSpec` in `network`
//! touches  nothing

use cosi::{Declaration, shared, weak};
use resources::namespace::NETWORK_CONFIG;
use resources::network::HostnameSpec;

use super::layer::Merge;

const DECLARATION: Declaration = Declaration {
    name: "network.HostnameMerge",
    inputs: &[weak::<HostnameSpec>(NETWORK_CONFIG)],
    outputs: &[shared::<HostnameSpec>()],
};

/// The controller.
pub(super) const fn controller() -> Merge<HostnameSpec> {
    Merge::new(&DECLARATION)
}
