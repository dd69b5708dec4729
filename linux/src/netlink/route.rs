//! Links, addresses and routes: `rtnetlink(7)`.
//!
//! A [`Connection`] asks and sets, a [`Monitor`] tells that something has changed. Which message
//! crates speak the protocol is hidden here; see `docs/decisions/netlink-sync.md`.

mod address;
mod connection;
mod link;
mod monitor;
mod path;

pub use address::Address;
pub use connection::Connection;
pub use link::{Link, Vlan};
pub use monitor::{Changes, Monitor};
pub use path::{Family, Route};
