//! DHCPv4 (RFC 2131) for one link.
//!
//! `message` writes and reads packets, `lease` is what a server grants, `client` decides as a
//! function of what came and of the time, `link` has the socket and the clock.

pub(crate) mod client;
pub(crate) mod lease;
pub(crate) mod link;
pub(crate) mod message;

#[cfg(test)]
mod tests;
