//! Netlink, `netlink(7)`: the kernel's messages about network and devices.
//!
//! Requests are answered before the call returns; the kernel answers them at once, so there is
//! nothing to await.

mod frame;
pub mod route;
mod socket;
pub mod uevent;
