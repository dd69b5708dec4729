//! The node as a member of its cluster.

mod identity;
mod member;

use std::path::PathBuf;

use cosi::Controller;
use types::paths;

/// Every controller of this group, in the order of their names.
pub(super) fn controllers() -> Vec<Box<dyn Controller>> {
    vec![
        Box::new(identity::IdentityController::new(PathBuf::from(paths::STATE))),
        Box::new(member::MemberController),
    ]
}
