//! Merges the resolvers of all sources.
//!
//! reads    `ResolverSpec` in `network-config` (weak)
//! writes   `ResolverSpec` in `network`
//! touches  nothing

use cosi::{Declaration, shared, weak};
use resources::namespace::NETWORK_CONFIG;
use resources::network::ResolverSpec;

use super::layer::Merge;

const DECLARATION: Declaration = Declaration {
    name: "network.ResolverMerge",
    inputs: &[weak::<ResolverSpec>(NETWORK_CONFIG)],
    outputs: &[shared::<ResolverSpec>()],
};

/// The controller.
pub(super) const fn controller() -> Merge<ResolverSpec> {
    Merge::new(&DECLARATION)
}
