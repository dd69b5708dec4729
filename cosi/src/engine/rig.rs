//! What the tests of the engine share: controllers made of functions, and a store that is here or behind a socket.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};

use super::{BoxError, Context, Controller, Declaration, Monitor, QueueController, Runtime, Waker};
use crate::{
    error::Key,
    grpc::AllowAll,
    object::Object,
    spec::Spec,
    state::State,
    testing::{Count, Note, Served, state},
};

pub(super) const NS: &str = Note::NAMESPACE;

/// Longer than anything takes that is going to happen.
const LONG: Duration = Duration::from_secs(20);

/// A controller made of a function.
pub(super) struct Function<F> {
    pub(super) declaration: &'static Declaration,
    pub(super) waker: Option<mpsc::UnboundedSender<Waker>>,
    pub(super) reconcile: F,
}

impl<F: FnMut(&mut Context<'_>) -> Result<(), BoxError> + Send + 'static> Controller
    for Function<F>
{
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    fn start(&mut self, waker: Waker) {
        if let Some(sender) = &self.waker {
            sender.send(waker).unwrap();
        }
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        (self.reconcile)(cx)
    }
}

pub(super) fn function<F>(declaration: &'static Declaration, reconcile: F) -> Box<Function<F>>
where
    F: FnMut(&mut Context<'_>) -> Result<(), BoxError> + Send + 'static,
{
    Box::new(Function { declaration, waker: None, reconcile })
}

/// Runs the controllers in the background until the test's own runtime ends.
pub(super) fn run(mut runtime: Runtime, controllers: Vec<Box<dyn Controller>>) -> Monitor {
    for controller in controllers {
        runtime.register(controller).unwrap();
    }
    let monitor = runtime.monitor();
    tokio::spawn(runtime.run(std::future::pending()));
    monitor
}

/// Waits until `holds`, in real or in paused time.
pub(super) async fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + LONG;
    while !holds() {
        assert!(Instant::now() < deadline, "{what} does not happen");
        sleep(Duration::from_millis(1)).await;
    }
}

pub(super) async fn quiet(monitor: &Monitor) {
    until("quiet", || monitor.is_quiet()).await;
}

pub(super) fn put(state: &State, id: &str, text: &str) {
    state.put(NS, id, "", Note::new("", text)).unwrap();
}

/// The counts as `id=count`, torn down ones with a cross.
pub(super) fn counts(state: &State) -> Vec<String> {
    let counts = state.list_as::<Count>().unwrap();
    let mark = |down| if down { "x" } else { "" };
    counts
        .iter()
        .map(|c| format!("{}={}{}", c.id(), c.spec.count, mark(c.metadata.is_tearing_down())))
        .collect()
}

/// A queue made of a function, one of which ids a changed resource concerns, and a number.
pub(super) struct Items<M, F> {
    pub(super) declaration: &'static Declaration,
    pub(super) concurrency: usize,
    pub(super) map: M,
    pub(super) reconcile: F,
}

impl<M, F> QueueController for Items<M, F>
where
    M: Fn(&Key) -> Vec<&'static str> + Send + Sync + 'static,
    F: Fn(&mut Context<'_>, &Key) -> Result<(), BoxError> + Send + Sync + 'static,
{
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    fn concurrency(&self) -> usize {
        self.concurrency
    }

    fn map(&self, _: &mut Context<'_>, changed: &Key) -> Result<Vec<Key>, BoxError> {
        Ok((self.map)(changed).into_iter().map(|id| Key::new(NS, Note::TYPE, id)).collect())
    }

    fn reconcile(&self, cx: &mut Context<'_>, item: &Key) -> Result<(), BoxError> {
        (self.reconcile)(cx, item)
    }
}

/// Where the controllers of a case are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Distance {
    /// Beside the store.
    Near,
    /// Behind a socket.
    Far,
    /// Behind a socket whose server is away during each change.
    Broken,
}

/// A store, and how controllers reach it.
pub(super) struct Rig {
    pub(super) state: State,
    pub(super) distance: Distance,
    served: Option<Mutex<Served>>,
}

impl Rig {
    pub(super) fn new(distance: Distance) -> Self {
        let state = state();
        let served =
            (distance != Distance::Near).then(|| Mutex::new(Served::new(state.clone(), AllowAll)));
        Self { state, distance, served }
    }

    pub(super) fn runtime(&self) -> Runtime {
        match &self.served {
            None => Runtime::local(self.state.clone()),
            Some(served) => Runtime::remote(served.lock().unwrap().client()),
        }
    }

    pub(super) fn run(&self, controllers: Vec<Box<dyn Controller>>) -> Monitor {
        run(self.runtime(), controllers)
    }

    pub(super) fn run_queue(&self, queue: impl QueueController) -> Monitor {
        let mut runtime = self.runtime();
        runtime.register_queue(Arc::new(queue)).unwrap();
        run(runtime, Vec::new())
    }

    /// Changes the store: while its server is away, if that is where the controllers are.
    pub(super) fn change<R>(&self, change: impl FnOnce(&State) -> R) -> R {
        let away = self.served.as_ref().filter(|_| self.distance == Distance::Broken);
        match away {
            None => change(&self.state),
            Some(served) => {
                let mut served = served.lock().unwrap();
                served.kill();
                let result = change(&self.state);
                served.start(self.state.clone(), AllowAll);
                result
            }
        }
    }

    pub(super) fn put(&self, id: &str, text: &str) {
        self.change(|state| put(state, id, text));
    }

    pub(super) fn note(&self, id: &str) -> Option<Object> {
        self.state.get(NS, Note::TYPE, id)
    }

    /// Waits for these counts.
    pub(super) async fn counts(&self, expected: &[&str]) {
        until(&format!("{expected:?}"), || counts(&self.state) == expected).await;
    }

    /// Gives what must not happen time to happen.
    pub(super) async fn pause(&self) {
        sleep(Duration::from_millis(60)).await;
    }
}
