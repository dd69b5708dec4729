//! The user ids of the node's processes.
//!
//! They are part of the image (`/etc/passwd`) and of what machined grants on its local sockets.

/// init and machined.
pub const ROOT: u32 = 0;
/// The front door; the number that the peer uses for it too.
pub const APID: u32 = 50;
/// The network protocols of the node.
pub const NETD: u32 = 52;
