//! The machine API, as apid reaches it on a local socket.
//!
//! `server` lets apid in, takes who calls from the head of each connection and checks roles;
//! `service` hands each method to its file. Methods that this version lacks say so in a sentence.

mod apply_configuration;
mod client_configuration;
mod copy;
mod disk_stats;
mod dmesg;
mod events;
mod identity;
mod inspect;
mod list;
mod logs;
mod mounts;
mod power;
mod processes;
mod read;
mod resources;
mod server;
mod service;
mod services;
mod stats;
mod stream;
mod time;

#[cfg(test)]
mod tests;

pub(crate) use server::{ServeError, serve};
