//! Runs a set of controllers against one store, until it is told to stop.
//!
//! Beside the store each controller is a task; at a distance its runs are on blocking threads, since its writes are calls.

use std::{collections::BTreeMap, future::Future, panic::resume_unwind, sync::Arc};

use tokio::task::{JoinSet, coop, spawn_blocking};

use super::{
    declaration::Edge,
    driver::{Controller, Driver, Gauge, Metrics},
    mirror::Mirror,
    registry::{RegisterError, Registry},
    store::Store,
};
use crate::{grpc::Client, state::State};

/// A set of controllers and the store that they work on.
#[derive(Debug)]
pub struct Runtime {
    backend: Backend,
    controllers: Vec<Registered>,
    registry: Registry,
}

struct Registered {
    controller: Box<dyn Controller>,
    gauge: Arc<Gauge>,
}

impl std::fmt::Debug for Registered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.controller.declaration().name)
    }
}

/// Where the store is.
#[derive(Clone, Debug)]
enum Backend {
    Local(State),
    Remote(Arc<Mirror>),
}

impl Runtime {
    /// A runtime beside its store.
    #[must_use]
    pub fn local(state: State) -> Self {
        Self::new(Backend::Local(state))
    }

    /// A runtime whose store is behind a socket. Must be called within an async runtime.
    ///
    /// It reads from a mirror that watches keep current, and writes by calls. A write returns once the mirror shows it.
    #[must_use]
    pub fn remote(client: Client) -> Self {
        Self::new(Backend::Remote(Arc::new(Mirror::new(client))))
    }

    fn new(backend: Backend) -> Self {
        Self { backend, controllers: Vec::new(), registry: Registry::default() }
    }

    /// Adds a controller.
    ///
    /// # Errors
    /// Another one has its name, or writes what it writes.
    pub fn register(&mut self, controller: Box<dyn Controller>) -> Result<(), RegisterError> {
        self.registry.add(controller.declaration())?;
        if let Backend::Remote(mirror) = &self.backend {
            mirror.learn(controller.declaration());
        }
        self.controllers.push(Registered { controller, gauge: Arc::new(Gauge::new()) });
        Ok(())
    }

    /// What the controllers read and write, in the order of their names.
    #[must_use]
    pub fn dependencies(&self) -> Vec<Edge> {
        self.registry.edges()
    }

    /// A view of the runtime that lasts while it runs.
    #[must_use]
    pub fn monitor(&self) -> Monitor {
        let gauges = self.controllers.iter();
        Monitor(Arc::new(Watched {
            gauges: gauges
                .map(|r| (r.controller.declaration().name, Arc::clone(&r.gauge)))
                .collect(),
            registry: self.registry.clone(),
        }))
    }

    /// Runs the controllers until `shutdown` is ready.
    ///
    /// A run that is under way is finished or, at a distance, left to end with its calls.
    ///
    /// # Panics
    /// If the engine itself does; a controller's panic stops at the controller.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut tasks = JoinSet::new();
        for Registered { controller, gauge } in self.controllers {
            match &self.backend {
                Backend::Local(state) => {
                    tasks.spawn(drive(controller, Arc::new(state.clone()), gauge));
                }
                Backend::Remote(mirror) => {
                    tasks.spawn(drive_remote(controller, Arc::clone(mirror), gauge));
                }
            }
        }
        let watch = async {
            while let Some(ended) = tasks.join_next().await {
                if let Err(panic) = ended.map_err(tokio::task::JoinError::try_into_panic)
                    && let Ok(panic) = panic
                {
                    resume_unwind(panic);
                }
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = shutdown => {}
            () = watch => {}
        }
        tasks.shutdown().await;
    }
}

/// Runs a controller beside its store, forever.
async fn drive(controller: Box<dyn Controller>, store: Arc<dyn Store>, gauge: Arc<Gauge>) {
    let mut driver = Driver::start(controller, store, Arc::clone(&gauge));
    loop {
        let next = driver.run();
        Driver::wait(&gauge, next).await;
        // A controller that always wakes itself leaves room for the others.
        coop::consume_budget().await;
    }
}

/// Runs a controller whose store is behind a socket, forever.
async fn drive_remote(controller: Box<dyn Controller>, mirror: Arc<Mirror>, gauge: Arc<Gauge>) {
    // Before the mirror is complete, what is missing from it means nothing.
    for input in controller.declaration().inputs {
        mirror.follow(input.namespace, input.kind).await;
    }
    let mut driver = Driver::start(controller, mirror, Arc::clone(&gauge));
    loop {
        let run = spawn_blocking(move || {
            let next = driver.run();
            (driver, next)
        });
        let next;
        (driver, next) = match run.await {
            Ok(ended) => ended,
            Err(ended) => match ended.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                // The async runtime is shutting down.
                Err(_) => return,
            },
        };
        Driver::wait(&gauge, next).await;
    }
}

/// Looks at a runtime while it runs.
#[derive(Clone, Debug)]
pub struct Monitor(Arc<Watched>);

#[derive(Debug)]
struct Watched {
    gauges: BTreeMap<&'static str, Arc<Gauge>>,
    registry: Registry,
}

impl Monitor {
    /// How each controller fares, by name.
    #[must_use]
    pub fn metrics(&self) -> BTreeMap<&'static str, Metrics> {
        self.0.gauges.iter().map(|(&name, gauge)| (name, gauge.metrics())).collect()
    }

    /// What the controllers read and write, in the order of their names.
    #[must_use]
    pub fn dependencies(&self) -> Vec<Edge> {
        self.0.registry.edges()
    }

    /// Whether no controller runs or is about to; those that wait for a time or after a failure are quiet.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let runs = || self.0.gauges.values().map(|gauge| gauge.metrics().runs).sum::<u64>();
        let before = runs();
        // A run that ended in between may have woken one that was looked at already.
        self.0.gauges.values().all(|gauge| gauge.is_idle()) && runs() == before
    }
}
