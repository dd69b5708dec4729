//! The mTLS front door: authenticate, authorize, forward.
//!
//! It terminates TLS, finds out who calls and whether they may, and passes the bytes on to machined
//! or to another node. It holds no state but connections, opens no file, and knows nothing of what
//! the calls mean.

#![forbid(unsafe_code)]

mod accept;
mod body;
mod crowd;
mod fan_out;
mod front;
mod headers;
mod health;
mod identity;
mod line;
mod log;
mod machine;
mod message;
mod node;
mod route;
mod sandbox;
mod session;
mod settings;
#[cfg(test)]
mod tests;
mod token;

use std::net::TcpListener;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use cosi::grpc::Client;
use linux::process::{Limit, Resource};
use tokio::sync::watch;
use types::paths;

use crate::accept::Door;
use crate::route::Names;

/// The name of our socket among those that we inherit.
const LISTENER: &str = "api";

/// Threads that serve: the work is TLS, and the node has other things to do.
const THREADS: usize = 2;

/// Why the program ends.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("prepare")]
    Kernel(#[from] linux::KernelError),
    #[error("no socket `{LISTENER}` was inherited")]
    NoSocket,
    #[error("start the runtime")]
    Runtime(#[source] std::io::Error),
    #[error("take the socket")]
    Socket(#[source] std::io::Error),
    #[error("a part of the front door ended")]
    Ended,
}

/// Runs the program until it ends, and says how.
#[must_use]
pub fn run() -> ExitCode {
    if tracing::subscriber::set_global_default(log::Lines).is_err() {
        return ExitCode::FAILURE;
    }
    let error = match start() {
        Ok(never) => match never {},
        Err(error) => error,
    };
    tracing::error!("apid: {}", log::chain(&error));
    ExitCode::FAILURE
}

fn start() -> Result<std::convert::Infallible, Error> {
    let mut sockets = linux::socket::take_inherited()?;
    let listener = TcpListener::from(sockets.remove(LISTENER).ok_or(Error::NoSocket)?);
    // Two descriptors per connection; the default of 1024 is below what the door lets in.
    let files = linux::process::limit(Resource::OpenFiles);
    linux::process::set_limit(Limit { soft: files.hard, ..files })?;
    sandbox::enter()?;
    // Refused only when there is one already, and this is the start of the program.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let (store, machine) = (Path::new(paths::STATE_SOCKET), Path::new(paths::MACHINE_SOCKET));
    runtime()?.block_on(serve(listener, store, machine, paths::API_PORT))
}

fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build()
        .map_err(Error::Runtime)
}

/// Serves at `listener` what the store at the socket `store` says, for the machined at the socket
/// `machine`; other nodes listen at `port`. Ends only with a part of it.
async fn serve(
    listener: TcpListener,
    store: &Path,
    machine: &Path,
    port: u16,
) -> Result<std::convert::Infallible, Error> {
    listener.set_nonblocking(true).map_err(Error::Socket)?;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(Error::Socket)?;
    let store = Client::unix(store);
    let (front_writer, fronts) = watch::channel(None);
    let (name_writer, names) = watch::channel(Names::default());
    let door = Arc::new(Door { fronts: fronts.clone(), names, machine: Arc::from(machine) });
    tokio::select! {
        () = Box::pin(settings::follow(store.clone(), front_writer, name_writer, port)) => {}
        () = Box::pin(health::report(store, fronts)) => {}
        () = Box::pin(accept::serve(listener, door)) => {}
    }
    Err(Error::Ended)
}
