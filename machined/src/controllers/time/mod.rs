//! The clock.

mod status;

use cosi::Controller;

use super::Parts;

/// Every controller of this group.
pub(super) fn controllers(parts: &Parts) -> Vec<Box<dyn Controller>> {
    vec![Box::new(status::TimeStatusController::new(parts.mode))]
}
