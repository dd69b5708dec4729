//! Network protocols of the node: DHCP now; names and time later.
//!
//! It reports what servers say, as resources in machined's store; machined changes the kernel. It
//! runs with a user id of its own and no capability but that to send raw packets.

#![forbid(unsafe_code)]

mod dhcp4;
mod operator;
mod sandbox;
mod say;

use std::error::Error;
use std::process::ExitCode;

use cosi::Runtime;
use cosi::grpc::Client;
use resources::namespace::RUNTIME;
use resources::runtime::{ControllerGraph, ServiceHealth};
use types::paths;

use crate::say::say;

/// The name of this service.
const NAME: &str = "netd";

/// Runs netd until it is ended.
#[must_use]
pub fn run() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(format_args!("{error}"));
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), Box<dyn Error>> {
    sandbox::enter()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve())
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let client = Client::unix(paths::STATE_SOCKET);
    let mut runtime = Runtime::remote(client.clone());
    runtime.register(Box::new(operator::OperatorController::new()))?;
    let graph: ControllerGraph = runtime.dependencies().into_iter().collect();
    tokio::spawn(tell(client.clone(), graph));
    let healthy = ServiceHealth { healthy: true, message: String::new() };
    tokio::spawn(tell(client, healthy));
    runtime.run(std::future::pending()).await;
    Ok(())
}

/// Says something of netd under its name; again after each restart of machined, whose store forgets it.
async fn tell<T: cosi::Spec>(client: Client, spec: T) {
    let mut own = client.follow(RUNTIME, T::TYPE);
    loop {
        if let Err(error) = client.put(RUNTIME, NAME, NAME, spec.clone()).await {
            say(format_args!("tell {}: {error}", T::TYPE));
        }
        loop {
            if let cosi::grpc::Update::Contents(contents) = own.next().await
                && !contents.iter().any(|found| found.id().as_str() == NAME)
            {
                break;
            }
        }
    }
}
