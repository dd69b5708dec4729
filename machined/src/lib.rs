//! The machine daemon: store, controllers, machine API.
//!
//! It owns the kernel's configuration, the disks and the CA keys, and opens no internet socket: what
//! comes from the network comes through apid and netd.

#![forbid(unsafe_code)]

mod api;
mod boot;
mod configuration;
mod controllers;
mod events;
mod log;
mod logs;
mod node;
mod parent;
mod power;
mod ready;
mod report;
mod service;
mod stage;
mod start;
mod state_socket;
mod xid;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use linux::time::Clock;
use tokio::sync::mpsc;
use types::init::Request;
use types::paths;

use crate::configuration::Configuration;
use crate::controllers::Parts;
use crate::events::Events;
use crate::logs::Logs;
use crate::node::Node;
use crate::parent::ParentError;
use crate::power::Power;
use crate::service::{Supervisor, catalog};
use crate::stage::Stage;
use crate::start::{Start, StartError};
use crate::state_socket::ServeError;
use crate::xid::XidSource;

/// Requests to init that wait to be sent; it takes them at once.
const REQUESTS: usize = 64;
/// Threads of the runtime: the work is short, and memory is counted.
const THREADS: usize = 2;

/// Why machined ended.
#[derive(Debug, thiserror::Error)]
enum MachineError {
    #[error("start")]
    Start(#[from] StartError),
    #[error("start the runtime")]
    Runtime(#[source] std::io::Error),
    #[error("register a controller")]
    Register(#[from] cosi::RegisterError),
    #[error("parent")]
    Parent(#[from] ParentError),
    #[error("state socket")]
    State(#[from] ServeError),
    #[error("machine socket")]
    Api(#[from] api::ServeError),
}

/// Runs machined until init ends it.
#[must_use]
pub fn run() -> ExitCode {
    let logs = Logs::default();
    let writer = log::Writer::new(logs.open(catalog::MACHINED));
    if tracing::subscriber::set_global_default(writer).is_err() {
        return ExitCode::FAILURE;
    }
    match machine(logs) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{}", report::chain(&error));
            ExitCode::FAILURE
        }
    }
}

fn machine(logs: Logs) -> Result<(), MachineError> {
    let start = Start::take()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build()
        .map_err(MachineError::Runtime)?;
    runtime.block_on(serve(start, logs))
}

async fn serve(start: Start, logs: Logs) -> Result<(), MachineError> {
    let state = cosi::State::new(Arc::new(cosi::SystemClock));
    resources::register_all(&state);
    let events = Events::new(event_ids());
    let stage = Stage::new(events.clone());
    let (init, requests) = mpsc::channel::<Request>(REQUESTS);
    let tell = report::services(state.clone(), events.clone());
    let (supervisor, supervise) = Supervisor::new(
        catalog::services(),
        init.clone(),
        &logs,
        linux::time::now(Clock::Boot),
        tell,
    );
    let power = Power::new(start.mode, stage.clone(), init);
    let folder = Path::new(paths::STATE);
    let configuration = Configuration::new(start.mode, state.clone(), folder, power.clone());
    let mut controllers = cosi::Runtime::local(state.clone());
    let parts = Parts {
        mode: start.mode,
        arguments: start.arguments.clone().into(),
        events: events.clone(),
        stage: stage.clone(),
        supervisor: supervisor.clone(),
    };
    for controller in controllers::all(&parts) {
        controllers.register(controller)?;
    }
    let inbox = supervisor.inbox();
    let node = Arc::new(Node {
        mode: start.mode,
        state: state.clone(),
        events,
        logs,
        stage,
        supervisor,
        configuration,
        power,
        controllers: controllers.monitor(),
    });
    tokio::spawn(supervise);
    tokio::spawn(controllers.run(std::future::pending()));
    tokio::spawn(boot::run(Arc::clone(&node), start.arguments, start.user_data));
    tokio::select! {
        ended = parent::run(start.init, requests, inbox) => Ok(ended?),
        ended = state_socket::serve(state, start.state) => Ok(ended?),
        ended = api::serve(node, start.machine) => Ok(ended?),
    }
}

/// Ids of this boot's events: the boot id stands for the machine, so that two boots differ.
fn event_ids() -> XidSource {
    let mut machine = [0; 3];
    if let Ok(id) = linux::proc::boot_id() {
        for (byte, digit) in machine.iter_mut().zip(id.as_bytes()) {
            *byte = *digit;
        }
    }
    let clock = || linux::time::now(Clock::Realtime).as_secs();
    XidSource::new(machine, std::process::id(), clock)
}
