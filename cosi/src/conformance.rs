//! One suite for every store: in memory, behind a real unix socket, and behind one whose server dies before each operation.
//!
//! Each case is named for what it pins; docs/reference/store-and-engine.md lists them. What only the wire can express is in
//! `grpc/tests.rs`.

use std::future::Future;

use tonic::Code;

use self::store::{Connection, Grpc, Store};
use crate::{
    error::Error, metadata::Metadata, object::Object, spec::Opaque, testing::state,
    watch::WatchRequest,
};

const NS: &str = "suite";
/// A type that no store knows.
const KIND: &str = "os/path";
const OWNER: &str = "suite.Owner";

/// Each case as three tests, one for each sort of store.
macro_rules! suite {
    ($(async fn $name:ident($store:ident: Store) $body:block)+) => {
        $(async fn $name($store: Store) $body)+
        mod memory {
            $(#[test] fn $name() { crate::conformance::in_memory(super::$name); })+
        }
        mod grpc {
            $(#[test] fn $name() { crate::conformance::over_grpc(super::$name); })+
        }
        mod broken {
            $(#[test] fn $name() { crate::conformance::over_breaks(super::$name); })+
        }
    };
}

mod operations;
mod selections;
mod store;
mod watches;

/// Runs the case against a store in memory.
fn in_memory<F: Future<Output = ()>>(case: impl FnOnce(Store) -> F) {
    run(async { case(Store::Memory(state())).await });
}

/// Runs the case against a store behind a socket.
fn over_grpc<F: Future<Output = ()>>(case: impl FnOnce(Store) -> F) {
    run(async { case(Store::Grpc(Box::new(Grpc::new(Connection::Lasting)))).await });
}

/// Runs the case against a store behind a socket whose server dies before each operation.
fn over_breaks<F: Future<Output = ()>>(case: impl FnOnce(Store) -> F) {
    run(async { case(Store::Grpc(Box::new(Grpc::new(Connection::Broken)))).await });
}

fn run(case: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(case);
}

fn path(id: &str) -> Object {
    let spec = Opaque { proto: Vec::new(), yaml: "nil".to_owned() };
    Object::opaque(Metadata::new(NS, KIND, id), spec)
}

fn labelled(id: &str, labels: &[(&str, &str)]) -> Object {
    let mut object = path(id);
    *object.edit().labels_mut() = labels.iter().copied().collect();
    object
}

fn kind() -> WatchRequest {
    WatchRequest::kind(NS, KIND)
}

fn code<R>(result: Result<R, Error>) -> Code {
    result.map(drop).unwrap_err().code()
}
