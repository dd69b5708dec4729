//! Serves an empty store on a unix socket, to whoever can reach it and with writes allowed.
//!
//! `cargo run -p cosi --example serve -- PATH`. For trying other implementations' clients and suites; no part of a node.
//! Every type is kept as it comes.

#![forbid(unsafe_code)]

use std::{env, error::Error, sync::Arc};

use cosi::{
    State, SystemClock,
    grpc::{AllowAll, Server},
};
use tokio::net::UnixListener;
use tokio_stream::wrappers::UnixListenerStream;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args_os().nth(1).ok_or("usage: serve PATH")?;
    let listener = UnixListener::bind(&path)?;
    let store = Server::new(State::new(Arc::new(SystemClock)), AllowAll);
    tonic::transport::Server::builder()
        .add_service(store.into_service())
        .serve_with_incoming(UnixListenerStream::new(listener))
        .await?;
    Ok(())
}
