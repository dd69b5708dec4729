//! Merges the protocols of all sources.
//!
//! reads    `OperatorSpec` in `network-config` (weak)
//! writes   `OperatorSpec` in `network`
//! touches  nothing

use cosi::{Declaration, shared, weak};
use resources::namespace::NETWORK_CONFIG;
use resources::network::OperatorSpec;

use super::layer::Merge;

const DECLARATION: Declaration = Declaration {
    name: "network.OperatorMerge",
    inputs: &[weak::<OperatorSpec>(NETWORK_CONFIG)],
    outputs: &[shared::<OperatorSpec>()],
};

/// The controller.
pub(super) const fn controller() -> Merge<OperatorSpec> {
    Merge::new(&DECLARATION)
}
