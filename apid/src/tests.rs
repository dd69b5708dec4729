//! The whole front door, in one process: a store that says how to serve, a machined that says what
//! it was asked, and clients with certificates.

mod certificates;
mod machined;
mod roles;
mod routing;
mod strangers;
mod switching;
mod world;
