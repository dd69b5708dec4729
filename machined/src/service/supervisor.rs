//! The one task that drives all services: it feeds their lives and carries out what they decide.
//!
//! It never waits for a service, only for the next event or the next tick.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::unix::pipe;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use types::init::{Event as InitEvent, Request, Spawn};

use super::catalog::{MACHINED, Restart, Service};
use super::life::{Action, Health, Input, Life, Phase, Record};
use crate::logs::{Log, Logs};

/// Events that wait for the supervisor; it handles one in microseconds.
const QUEUE: usize = 256;
/// Signals by number: signal(7).
const SIGTERM: u32 = 15;
const SIGKILL: u32 = 9;

/// What the supervisor takes. The list is closed.
#[derive(Debug)]
pub(crate) enum Event {
    /// init said something, with a descriptor beside it where its protocol says so.
    Init(InitEvent, Option<OwnedFd>),
    /// A client wants something of a service.
    Ask { id: String, verb: Verb, reply: oneshot::Sender<Result<(), Refusal>> },
    /// A service says how it is.
    Health { id: String, healthy: bool, message: String },
}

/// What a client may want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Start,
    Stop,
    Restart,
}

impl Verb {
    fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
        }
    }
}

/// Why a client's wish was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum Refusal {
    #[error("service {0:?} is not registered")]
    Unknown(String),
    #[error("service {id:?} doesn't support {verb} operation via API")]
    NotAllowed { id: String, verb: &'static str },
    #[error("the supervisor has ended")]
    Gone,
}

/// What is known of one service, for a list.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) id: String,
    pub(crate) phase: Phase,
    pub(crate) pid: Option<u32>,
    pub(crate) records: Vec<Record>,
    pub(crate) health: Health,
    pub(crate) health_message: String,
    pub(crate) health_changed: Duration,
}

impl View {
    fn of(id: &str, life: &Life) -> Self {
        let (health, message, changed) = life.health();
        Self {
            id: id.to_owned(),
            phase: life.latest().map_or(Phase::Initialized, |record| record.phase),
            pid: life.pid(),
            records: life.records().cloned().collect(),
            health,
            health_message: message.to_owned(),
            health_changed: changed,
        }
    }
}

/// Called with each change of a service.
pub(crate) type Tell = Box<dyn Fn(&View) + Send + Sync>;

/// A handle on the supervisor; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Supervisor {
    events: mpsc::Sender<Event>,
    views: Arc<Mutex<BTreeMap<String, View>>>,
}

impl Supervisor {
    /// Makes the supervisor of `services` and the task that is to be spawned. `init` takes requests
    /// in order; `boot` is the time since the machine booted.
    pub(crate) fn new(
        services: Vec<Service>,
        init: mpsc::Sender<Request>,
        logs: &Logs,
        boot: Duration,
        tell: Tell,
    ) -> (Self, impl Future<Output = ()> + Send + use<>) {
        let (events, inbox) = mpsc::channel(QUEUE);
        let supervisor = Self { events, views: Arc::default() };
        let start = Instant::now();
        let lives = services.into_iter().map(|service| {
            let name = service.spawn.name.clone();
            (name, Entry { life: Life::new(boot), service })
        });
        let task = Task {
            lives: lives.collect(),
            init,
            logs: logs.clone(),
            views: Arc::clone(&supervisor.views),
            tell,
            start: start.checked_sub(boot).unwrap_or(start),
        };
        (supervisor, task.run(inbox))
    }

    fn views(&self) -> MutexGuard<'_, BTreeMap<String, View>> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All services, sorted by name.
    pub(crate) fn list(&self) -> Vec<View> {
        self.views().values().cloned().collect()
    }

    /// Where init's events go.
    pub(crate) fn inbox(&self) -> mpsc::Sender<Event> {
        self.events.clone()
    }

    /// Passes on a client's wish.
    pub(crate) async fn ask(&self, id: &str, verb: Verb) -> Result<(), Refusal> {
        let (reply, answer) = oneshot::channel();
        let event = Event::Ask { id: id.to_owned(), verb, reply };
        self.events.send(event).await.map_err(|_closed| Refusal::Gone)?;
        answer.await.map_err(|_closed| Refusal::Gone)?
    }

    /// Passes on what a service says of itself. Dropped when the supervisor is behind: the service
    /// will say it again.
    pub(crate) fn health(&self, id: &str, healthy: bool, message: &str) {
        let message = message.to_owned();
        let event = Event::Health { id: id.to_owned(), healthy, message };
        if let Err(full) = self.events.try_send(event) {
            tracing::warn!("service {id}: health report dropped: {full}");
        }
    }
}

struct Entry {
    life: Life,
    service: Service,
}

struct Task {
    lives: BTreeMap<String, Entry>,
    init: mpsc::Sender<Request>,
    logs: Logs,
    views: Arc<Mutex<BTreeMap<String, View>>>,
    tell: Tell,
    /// When the machine booted, on this process's clock.
    start: Instant,
}

impl Task {
    async fn run(mut self, mut inbox: mpsc::Receiver<Event>) {
        self.introduce();
        self.request(Request::List).await;
        loop {
            let wake = self.lives.values().filter_map(|entry| entry.life.wake_at()).min();
            let tick = async {
                match wake {
                    Some(at) => tokio::time::sleep_until(self.start + at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                event = inbox.recv() => match event {
                    Some(event) => self.handle(event).await,
                    None => return,
                },
                () = tick => self.tick().await,
            }
        }
    }

    /// Shows every service before anything happened to it; this process is one that runs already.
    fn introduce(&mut self) {
        for (id, entry) in &self.lives {
            self.show(id, &entry.life);
        }
        let now = self.now();
        let mut own = Life::new(now);
        own.take(Input::Runs { pid: std::process::id() }, now);
        own.take(Input::Health { healthy: true, message: String::new() }, now);
        self.show(MACHINED, &own);
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn show(&self, id: &str, life: &Life) {
        let view = View::of(id, life);
        (self.tell)(&view);
        let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        views.insert(id.to_owned(), view);
    }

    async fn request(&self, request: Request) {
        if self.init.send(request).await.is_err() {
            tracing::error!("init has closed its socket: nothing can be started or stopped");
        }
    }

    async fn tick(&mut self) {
        let now = self.now();
        let due = |entry: &Entry| entry.life.wake_at().is_some_and(|at| at <= now);
        let ids: Vec<String> =
            self.lives.iter().filter(|(_, entry)| due(entry)).map(|(id, _)| id.clone()).collect();
        for id in ids {
            self.feed(&id, Input::Tick).await;
        }
    }

    async fn handle(&mut self, event: Event) {
        match event {
            Event::Init(InitEvent::Spawned(child) | InitEvent::Child(child), output) => {
                if let Some(output) = output {
                    self.collect(&child.name, output);
                }
                self.feed(&child.name, Input::Runs { pid: child.pid }).await;
            }
            Event::Init(InitEvent::Exited { name, pid, exit }, _) => {
                self.feed(&name, Input::Exited { pid, exit }).await;
            }
            Event::Init(InitEvent::Refused { name, reason }, _) => {
                tracing::error!("service {name}: {reason}");
                self.feed(&name, Input::Refused { reason }).await;
            }
            Event::Init(InitEvent::Children(_), _) => {
                // What lives is known now: start the rest.
                let ids: Vec<String> = self.lives.keys().cloned().collect();
                for id in ids {
                    self.feed(&id, Input::Start).await;
                }
            }
            Event::Init(InitEvent::Listening(_), _) => {}
            Event::Ask { id, verb, reply } => {
                let answer = self.ask(&id, verb).await;
                if reply.send(answer).is_err() {
                    tracing::debug!("service {id}: whoever asked to {} is gone", verb.as_str());
                }
            }
            Event::Health { id, healthy, message } => {
                self.feed(&id, Input::Health { healthy, message }).await;
            }
        }
    }

    async fn ask(&mut self, id: &str, verb: Verb) -> Result<(), Refusal> {
        let refused = || Refusal::NotAllowed { id: id.to_owned(), verb: verb.as_str() };
        if id == MACHINED {
            return Err(refused());
        }
        let entry = self.lives.get(id).ok_or_else(|| Refusal::Unknown(id.to_owned()))?;
        if entry.service.restart == Restart::Refused {
            return Err(refused());
        }
        let input = match verb {
            Verb::Start => Input::Start,
            Verb::Stop => Input::Stop,
            Verb::Restart => Input::Restart,
        };
        self.feed(id, input).await;
        Ok(())
    }

    async fn feed(&mut self, id: &str, input: Input) {
        let now = self.now();
        let Some(entry) = self.lives.get_mut(id) else {
            tracing::warn!("service {id}: unknown, {input:?} ignored");
            return;
        };
        for action in entry.life.take(input, now) {
            self.carry_out(id, &action).await;
        }
    }

    async fn carry_out(&self, id: &str, action: &Action) {
        let Some(entry) = self.lives.get(id) else { return };
        match action {
            Action::Spawn => {
                for (name, address) in &entry.service.listen {
                    let (name, address) = ((*name).to_owned(), address.clone());
                    self.request(Request::Listen { name, address }).await;
                }
                let spawn: Spawn = entry.service.spawn.clone();
                self.request(Request::Spawn(Box::new(spawn))).await;
            }
            Action::Terminate => self.signal(id, SIGTERM).await,
            Action::Kill => self.signal(id, SIGKILL).await,
            Action::Tell => self.show(id, &entry.life),
        }
    }

    async fn signal(&self, id: &str, signal: u32) {
        self.request(Request::Signal { name: id.to_owned(), signal }).await;
    }

    /// Reads what a service prints into its log until its last process has closed the pipe.
    fn collect(&self, id: &str, output: OwnedFd) {
        let log = self.logs.open(id);
        match pipe::Receiver::from_owned_fd(output) {
            Ok(pipe) => {
                tokio::spawn(copy(pipe, log));
            }
            Err(error) => tracing::warn!("service {id}: read its output: {error}"),
        }
    }
}

async fn copy(mut pipe: pipe::Receiver, log: Log) {
    use tokio::io::AsyncReadExt;

    let mut buffer = vec![0; 4096];
    loop {
        match pipe.read(&mut buffer).await {
            Ok(0) => return,
            Ok(count) => log.write(&buffer[..count]),
            Err(error) => {
                log.write(format!("machined: read this service's output: {error}\n").as_bytes());
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use types::init::{Child, Exit};

    use super::*;
    use crate::service::catalog::{APID, NETD, services};

    struct Rig {
        supervisor: Supervisor,
        requests: mpsc::Receiver<Request>,
    }

    impl Rig {
        fn new() -> Self {
            let (init, requests) = mpsc::channel(64);
            let (supervisor, task) = Supervisor::new(
                services(),
                init,
                &Logs::default(),
                Duration::ZERO,
                Box::new(|_| {}),
            );
            tokio::spawn(task);
            Self { supervisor, requests }
        }

        async fn say(&self, event: InitEvent) {
            let event = Event::Init(event, None);
            self.supervisor.inbox().send(event).await.expect("the supervisor lives");
        }

        async fn spawned(&mut self) -> String {
            loop {
                match self.requests.recv().await.expect("a request") {
                    Request::Spawn(spawn) => return spawn.name,
                    Request::List | Request::Listen { .. } => {}
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    fn child(name: &str, pid: u32) -> Child {
        Child { name: name.to_owned(), pid, start_time: 0 }
    }

    #[tokio::test(start_paused = true)]
    async fn what_lives_is_adopted_and_the_rest_started() {
        let mut rig = Rig::new();
        rig.say(InitEvent::Child(child(APID, 5))).await;
        rig.say(InitEvent::Children(1)).await;
        assert_eq!(rig.spawned().await, NETD);
        rig.say(InitEvent::Spawned(child(NETD, 6))).await;
        let refused = rig.supervisor.ask(APID, Verb::Restart).await;
        let text = "service \"apid\" doesn't support restart operation via API";
        assert_eq!(refused.map_err(|refusal| refusal.to_string()), Err(text.to_owned()));
        let pids: Vec<_> = rig.supervisor.list().into_iter().map(|view| view.pid).collect();
        assert_eq!(pids, [Some(5), Some(std::process::id()), Some(6)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_killed_service_comes_back() {
        let mut rig = Rig::new();
        rig.say(InitEvent::Child(child(APID, 5))).await;
        rig.say(InitEvent::Child(child(NETD, 6))).await;
        rig.say(InitEvent::Children(2)).await;
        let exit = Exit::Signal(9);
        rig.say(InitEvent::Exited { name: NETD.to_owned(), pid: 6, exit }).await;
        assert_eq!(rig.spawned().await, NETD);
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_service_is_refused() {
        let rig = Rig::new();
        let answer = rig.supervisor.ask("sshd", Verb::Restart).await;
        assert_eq!(answer, Err(Refusal::Unknown("sshd".to_owned())));
    }
}
