//! Network protocols of the node: DHCP now; names and time later.

#![forbid(unsafe_code)]
