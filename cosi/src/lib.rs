//! Resource model, state, watch and controller engine.
//!
//! A [`State`] holds [`Resource`]s. Controllers, run by a [`Runtime`], read some kinds and write others until
//! everything agrees. The State API of [`grpc`] shows the same store to other processes.
//!
//! It knows nothing of any operating system, and persists nothing.

#![forbid(unsafe_code)]

mod collection;
#[cfg(test)]
mod conformance;
mod engine;
mod error;
pub mod grpc;
mod history;
mod labels;
pub mod meta;
mod metadata;
mod naming;
mod object;
#[cfg(test)]
#[cfg(feature = "loom")]
mod orders;
mod selector;
mod shelf;
mod signal;
pub mod sim;
mod spec;
mod state;
mod sync;
#[cfg(test)]
mod testing;
mod text;
mod time;
mod watch;
pub mod wire;

pub use crate::{
    engine::{
        BoxError, Context, Controller, Declaration, Edge, EdgeKind, Input, Metrics, Monitor,
        Output, QueueController, RegisterError, Runtime, Waker, destroy_ready, exclusive, mapped,
        mapped_destroy_ready, primary, shared, strong, weak,
    },
    error::{Error, Key, OwnerConflict, Undeclared},
    history::Retention,
    labels::Labels,
    metadata::{Metadata, ParseMetadataError, Phase, Version},
    object::{Object, Resource, Stored},
    selector::{InvalidPattern, LabelQuery, Operator, Selector, Term},
    spec::{DecodeError, Definition, Naming, Opaque, Sensitivity, Spec},
    state::{State, UpdateOptions},
    text::{Id, Text},
    time::{Clock, ManualClock, SystemClock, Timestamp},
    watch::{Bookmark, Change, Event, Start, Watch, WatchRequest},
};
