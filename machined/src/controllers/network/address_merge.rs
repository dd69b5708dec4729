//! Merges the addresses of all sources.
//!
//! reads    `AddressSpec` in `network-config` (weak)
//! writes   `AddressSpec` in `network`
//! touches  nothing

use cosi::{Declaration, shared, weak};
use resources::namespace::NETWORK_CONFIG;
use resources::network::AddressSpec;

use super::layer::Merge;

const DECLARATION: Declaration = Declaration {
    name: "network.AddressMerge",
    inputs: &[weak::<AddressSpec>(NETWORK_CONFIG)],
    outputs: &[shared::<AddressSpec>()],
};

/// The controller.
pub(super) const fn controller() -> Merge<AddressSpec> {
    Merge::new(&DECLARATION)
}
