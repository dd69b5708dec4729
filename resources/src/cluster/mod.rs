//! The cluster, and who is in it.

mod affiliate;
mod identity;
mod info;
mod member;

pub use affiliate::{Affiliate, ControlPlane, KubeSpanAffiliate};
pub use identity::Identity;
pub use info::Info;
pub use member::Member;
