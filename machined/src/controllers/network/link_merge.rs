//! Merges the links of all sources.
//!
//! reads    `LinkSpec` in `network-config` (weak)
//! writes   `LinkSpec` in `network`
//! touches  nothing

use cosi::{Declaration, shared, weak};
use resources::namespace::NETWORK_CONFIG;
use resources::network::LinkSpec;

use super::layer::Merge;

const DECLARATION: Declaration = Declaration {
    name: "network.LinkMerge",
    inputs: &[weak::<LinkSpec>(NETWORK_CONFIG)],
    outputs: &[shared::<LinkSpec>()],
};

/// The controller.
pub(super) const fn controller() -> Merge<LinkSpec> {
    Merge::new(&DECLARATION)
}
