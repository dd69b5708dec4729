//! The machine daemon: store, controllers, machine API.

#![forbid(unsafe_code)]
