//! The network: layered specs are merged, applied to the kernel, and what the kernel says is shown.

use cosi::Controller;

use super::Parts;

/// Every controller of the network, in the order of their names.
pub(crate) fn controllers(_parts: &Parts) -> Vec<Box<dyn Controller>> {
    Vec::new()
}
