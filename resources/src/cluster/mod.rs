//! The cluster, and who is in it.

mod affiliate;
mod discovery_config;
mod identity;
mod info;
mod member;

pub use affiliate::{Affiliate, ControlPlane, KubeSpanAffiliate};
pub use discovery_config::DiscoveryConfig;
pub use identity::Identity;
pub use info::Info;
pub use member::Member;
