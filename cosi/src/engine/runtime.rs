//! Runs a set of controllers against one store, until it is told to stop.
//!
//! Beside the store each controller is a task; at a distance its runs are on blocking threads, since its writes are calls.

use std::{collections::BTreeMap, future::Future, panic::resume_unwind, sync::Arc};

use tokio::{
    task::{JoinError, JoinSet, coop, spawn_blocking},
    time::{Instant, sleep_until},
};

use super::{
    declaration::{Declaration, Edge},
    driver::{Controller, Driver},
    gauge::{Gauge, Metrics},
    mirror::Mirror,
    queue::Turn,
    queue_driver::{QueueController, QueueDriver},
    registry::{RegisterError, Registry, Sort},
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
    work: Work,
    gauge: Arc<Gauge>,
}

/// A controller of either sort.
enum Work {
    Whole(Box<dyn Controller>),
    Queue(Arc<dyn QueueController>),
}

impl Registered {
    fn declaration(&self) -> &'static Declaration {
        match &self.work {
            Work::Whole(controller) => controller.declaration(),
            Work::Queue(controller) => controller.declaration(),
        }
    }
}

impl std::fmt::Debug for Registered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.declaration().name)
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
        self.add(Work::Whole(controller), Sort::Whole)
    }

    /// Adds a controller that works on one item at a time.
    ///
    /// # Errors
    /// As [`Runtime::register`].
    pub fn register_queue(
        &mut self,
        controller: Arc<dyn QueueController>,
    ) -> Result<(), RegisterError> {
        self.add(Work::Queue(controller), Sort::Queue)
    }

    fn add(&mut self, work: Work, sort: Sort) -> Result<(), RegisterError> {
        let added = Registered { work, gauge: Arc::new(Gauge::new()) };
        self.registry.add(added.declaration(), sort)?;
        if let Backend::Remote(mirror) = &self.backend {
            mirror.learn(added.declaration());
        }
        self.controllers.push(added);
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
            gauges: gauges.map(|r| (r.declaration().name, Arc::clone(&r.gauge))).collect(),
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
        for Registered { work, gauge } in self.controllers {
            match (work, &self.backend) {
                (Work::Whole(controller), Backend::Local(state)) => {
                    tasks.spawn(drive(controller, Arc::new(state.clone()), gauge));
                }
                (Work::Whole(controller), Backend::Remote(mirror)) => {
                    tasks.spawn(drive_remote(controller, Arc::clone(mirror), gauge));
                }
                (Work::Queue(controller), Backend::Local(state)) => {
                    let place =
                        if controller.concurrency() > 1 { Place::Threads } else { Place::Here };
                    tasks.spawn(drive_queue(controller, Arc::new(state.clone()), gauge, place));
                }
                (Work::Queue(controller), Backend::Remote(mirror)) => {
                    let mirror = Arc::clone(mirror);
                    tasks.spawn(async move {
                        mirror.follow_all(controller.declaration()).await;
                        drive_queue(controller, mirror, gauge, Place::Threads).await;
                    });
                }
            }
        }
        let watch = async {
            while let Some(ended) = tasks.join_next().await {
                resume(ended);
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
    mirror.follow_all(controller.declaration()).await;
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

/// Where a queue's jobs run.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// In the queue's task, one after the other.
    Here,
    /// On threads that may block.
    Threads,
}

/// Runs a queue controller, forever.
async fn drive_queue(
    controller: Arc<dyn QueueController>,
    store: Arc<dyn Store>,
    gauge: Arc<Gauge>,
    place: Place,
) {
    let driver = Arc::new(QueueDriver::start(controller, store, gauge));
    let mut running = JoinSet::new();
    loop {
        let mut due = None;
        while running.len() < driver.concurrency() {
            match (driver.take(Instant::now()), place) {
                (Turn::Job(job, waited), Place::Here) => {
                    driver.run(job, waited, Instant::now);
                    coop::consume_budget().await;
                }
                (Turn::Job(job, waited), Place::Threads) => {
                    let driver = Arc::clone(&driver);
                    running.spawn_blocking(move || driver.run(job, waited, Instant::now));
                }
                (Turn::Wait(next), _) => {
                    due = next;
                    break;
                }
            }
        }
        let may_begin = running.len() < driver.concurrency();
        tokio::select! {
            () = driver.gauge().signal.ready(), if may_begin => {}
            Some(ended) = running.join_next() => resume(ended),
            () = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            } => {}
        }
    }
}

/// Goes on with a panic of the engine. A task that was cancelled is fine.
fn resume<R>(ended: Result<R, JoinError>) {
    if let Err(panic) = ended.map_err(JoinError::try_into_panic)
        && let Ok(panic) = panic
    {
        resume_unwind(panic);
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

    /// What the controllers read and write now, in the order of their names.
    #[must_use]
    pub fn dependencies(&self) -> Vec<Edge> {
        let mut edges = self.0.registry.edges();
        edges.extend(self.0.gauges.values().flat_map(|gauge| gauge.edges()));
        // Stable, so what was declared comes first.
        edges.sort_by_key(|edge| edge.controller);
        edges
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
