//! The controller engine: runs controllers until the resources agree.
//!
//! A controller declares what it reads and writes, and gets a synchronous `reconcile` that looks at everything anew.
//! Wake-ups coalesce, failures back off, panics stop at the controller. The same controller runs beside the store
//! or at the other end of a socket.

#[cfg(test)]
mod conformance;
mod context;
mod declaration;
mod driver;
mod gauge;
mod mirror;
mod queue;
mod queue_driver;
mod registry;
#[cfg(test)]
mod rig;
mod runtime;
mod store;
#[cfg(test)]
mod tests;

pub use self::{
    context::Context,
    declaration::{
        Declaration, Edge, EdgeKind, Input, Output, destroy_ready, exclusive, mapped,
        mapped_destroy_ready, primary, shared, strong, weak,
    },
    driver::{BoxError, Controller, Waker},
    gauge::Metrics,
    queue_driver::QueueController,
    registry::RegisterError,
    runtime::{Monitor, Runtime},
};
pub(crate) use self::{
    driver::{Driver, FIRST_BACKOFF, Next, message},
    gauge::Gauge,
    mirror::show,
    queue::Turn,
    queue_driver::QueueDriver,
    store::Store,
};
