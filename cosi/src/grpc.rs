//! The State API over gRPC: a server over a [`State`](crate::State), and a client of one.
//!
//! Who may do what is decided by the [`Access`] that the server is given, not here.

mod access;
mod client;
mod convert;
mod follow;
mod server;
#[cfg(test)]
mod tests;

pub(crate) use self::follow::{Progress, Step};
pub use self::{
    access::{Access, AllowAll, Operation, Verb},
    client::{Client, RemoteWatch},
    follow::{Follow, Update},
    server::Server,
};
