//! Merges the time servers of all sources.
//!
//! reads    `TimeServerSpec` in `network-config` (weak)
//! writes   `TimeServerSpec` in `network`
//! touches  nothing

use cosi::{Declaration, shared, weak};
use resources::namespace::NETWORK_CONFIG;
use resources::network::TimeServerSpec;

use super::layer::Merge;

const DECLARATION: Declaration = Declaration {
    name: "network.TimeServerMerge",
    inputs: &[weak::<TimeServerSpec>(NETWORK_CONFIG)],
    outputs: &[shared::<TimeServerSpec>()],
};

/// The controller.
pub(super) const fn controller() -> Merge<TimeServerSpec> {
    Merge::new(&DECLARATION)
}
