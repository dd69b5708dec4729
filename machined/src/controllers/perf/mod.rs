//! How busy the machine is.

mod stats;

use cosi::Controller;

/// Every controller of this group.
pub(super) fn controllers() -> Vec<Box<dyn Controller>> {
    vec![Box::new(stats::StatsController)]
}
