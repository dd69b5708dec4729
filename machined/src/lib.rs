//! The machine daemon: store, controllers, machine API.

#![forbid(unsafe_code)]

mod events;
mod logs;
mod service;
mod xid;
