//! Stores of every sort as the cases see them, and watches that outlive their connections.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{task::yield_now, time::timeout};

use super::{KIND, NS};
use crate::{
    error::Error,
    grpc::{AllowAll, Client, RemoteWatch},
    object::Object,
    selector::Selector,
    state::{State, UpdateOptions},
    testing::{Served, state},
    watch::{Bookmark, Change, Event, Start, Watch, WatchRequest},
};

/// Longer than any event takes that is going to come.
const LONG: Duration = Duration::from_secs(10);
/// Long enough for an event that must not come to show up.
pub(super) const SHORT: Duration = Duration::from_millis(50);

/// A store of any sort.
pub(super) enum Store {
    Memory(State),
    Grpc(Box<Grpc>),
}

/// A store behind a socket.
pub(super) struct Grpc {
    state: State,
    client: Client,
    served: Mutex<Served>,
    connection: Connection,
    /// Watches that could not be resumed yet, since nothing has told them where they are.
    fragile: Arc<AtomicUsize>,
}

/// What happens to the connection to a store.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Connection {
    /// Nothing.
    Lasting,
    /// The server dies before each operation, and another one takes its place.
    Broken,
}

impl Grpc {
    pub(super) fn new(connection: Connection) -> Self {
        let state = state();
        let served = Served::new(state.clone(), AllowAll);
        let client = served.client();
        Self { state, client, served: Mutex::new(served), connection, fragile: Arc::default() }
    }

    async fn client(&self) -> &Client {
        if self.connection == Connection::Broken && self.fragile.load(Ordering::SeqCst) == 0 {
            self.restart();
            // The first call may go to the connection that broke.
            while self.client.get(NS, KIND, "probe").await.is_err() {
                yield_now().await;
            }
        }
        &self.client
    }

    fn restart(&self) {
        let mut served = self.served.lock().unwrap();
        served.kill();
        served.start(self.state.clone(), AllowAll);
    }

    async fn watch(&self, mut request: WatchRequest) -> Result<Watched, Error> {
        let client = self.client().await.clone();
        if self.connection == Connection::Lasting {
            let watch = client.watch(&request).await?;
            return Ok(Watched { watch: Watching::Grpc(watch), seen: Vec::new() });
        }
        let asked = request.clone();
        // A client that wants to resume from the beginning asks where that is.
        request.bookmark |= request.id.is_none() && request.start != Start::Contents;
        let watch = client.watch(&request).await?;
        let place = match asked.start {
            Start::After(bookmark) => Some(bookmark),
            _ => None,
        };
        let fragile = Fragile::new(&self.fragile, place.is_none());
        let unasked = request.bookmark && !asked.bookmark;
        let mut lasting = Lasting { client, request, watch, place, unasked, over: false, fragile };
        let mut seen = Vec::new();
        while lasting.place.is_none() && lasting.request.id.is_none() {
            seen.extend(lasting.next().await.unwrap_or_default());
        }
        seen.reverse();
        Ok(Watched { watch: Watching::Lasting(Box::new(lasting)), seen })
    }
}

/// Counts a watch while it cannot be resumed.
struct Fragile(Option<Arc<AtomicUsize>>);

impl Fragile {
    fn new(count: &Arc<AtomicUsize>, is: bool) -> Self {
        Self(is.then(|| {
            count.fetch_add(1, Ordering::SeqCst);
            Arc::clone(count)
        }))
    }
}

impl Drop for Fragile {
    fn drop(&mut self) {
        if let Some(count) = &self.0 {
            count.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// A watch that resumes after each break, as clients do: after the last event that was seen.
struct Lasting {
    client: Client,
    request: WatchRequest,
    watch: RemoteWatch,
    place: Option<Bookmark>,
    /// Whether the bookmark that it begins with is not for the case.
    unasked: bool,
    over: bool,
    fragile: Fragile,
}

impl Lasting {
    async fn next(&mut self) -> Option<Vec<Event>> {
        loop {
            let mut events = match self.watch.next().await {
                Ok(Some(events)) => events,
                Ok(None) if self.over => return None,
                Ok(None) | Err(_) => {
                    let place = self.place.expect("a watch that breaks knows its place");
                    let request = WatchRequest { bookmark: false, ..self.request.clone() };
                    match self.client.watch(&request.after(place)).await {
                        Ok(watch) => self.watch = watch,
                        Err(error) => assert_eq!(error.code(), tonic::Code::Unavailable),
                    }
                    continue;
                }
            };
            for event in &events {
                self.over |= matches!(event.change, Change::Errored(_));
                if let Some(bookmark) = event.bookmark {
                    self.place = Some(bookmark);
                    self.fragile = Fragile(None);
                }
            }
            if std::mem::take(&mut self.unasked) {
                assert_eq!(events.remove(0).change, Change::Noop);
            }
            return Some(events);
        }
    }
}

impl Store {
    pub(super) async fn get(&self, id: &str) -> Option<Object> {
        match self {
            Self::Memory(state) => state.get(NS, KIND, id),
            Self::Grpc(grpc) => grpc.client().await.get(NS, KIND, id).await.unwrap(),
        }
    }

    pub(super) async fn list_in(&self, place: (&str, &str), selector: &Selector) -> Vec<String> {
        let (namespace, kind) = place;
        let objects = match self {
            Self::Memory(state) => state.list(namespace, kind, selector),
            Self::Grpc(grpc) => grpc.client().await.list(namespace, kind, selector).await.unwrap(),
        };
        objects.iter().map(|object| object.id().to_string()).collect()
    }

    pub(super) async fn list(&self, selector: &Selector) -> Vec<String> {
        self.list_in((NS, KIND), selector).await
    }

    pub(super) async fn try_create(&self, object: Object, owner: &str) -> Result<Object, Error> {
        match self {
            Self::Memory(state) => state.create(object, owner),
            Self::Grpc(grpc) => grpc.client().await.create(&object, owner).await,
        }
    }

    pub(super) async fn create(&self, id: &str) -> Object {
        self.try_create(super::path(id), "").await.unwrap()
    }

    pub(super) async fn update(
        &self,
        object: Object,
        options: &UpdateOptions,
    ) -> Result<Object, Error> {
        match self {
            Self::Memory(state) => state.update(object, options),
            Self::Grpc(grpc) => grpc.client().await.update(&object, options).await,
        }
    }

    /// Updates as the owner that the resource has.
    pub(super) async fn write(&self, object: Object) -> Object {
        let options = UpdateOptions::owner(object.metadata().owner()).any_phase();
        self.update(object, &options).await.unwrap()
    }

    pub(super) async fn destroy(&self, id: &str, owner: &str) -> Result<(), Error> {
        match self {
            Self::Memory(state) => state.destroy(NS, KIND, id, owner),
            Self::Grpc(grpc) => grpc.client().await.destroy(NS, KIND, id, owner).await,
        }
    }

    pub(super) async fn teardown(&self, id: &str, owner: &str) -> Result<bool, Error> {
        match self {
            Self::Memory(state) => state.teardown(NS, KIND, id, owner),
            Self::Grpc(grpc) => {
                let object = grpc.client().await.teardown(NS, KIND, id, owner).await?;
                Ok(object.metadata().is_destroy_ready())
            }
        }
    }

    pub(super) async fn add_finalizer(&self, id: &str, finalizer: &str) -> Result<(), Error> {
        match self {
            Self::Memory(state) => state.add_finalizer(NS, KIND, id, finalizer),
            Self::Grpc(grpc) => {
                grpc.client().await.add_finalizer(NS, KIND, id, finalizer).await.map(drop)
            }
        }
    }

    pub(super) async fn remove_finalizer(&self, id: &str, finalizer: &str) -> Result<(), Error> {
        match self {
            Self::Memory(state) => state.remove_finalizer(NS, KIND, id, finalizer),
            Self::Grpc(grpc) => {
                grpc.client().await.remove_finalizer(NS, KIND, id, finalizer).await.map(drop)
            }
        }
    }

    pub(super) async fn try_watch(&self, request: WatchRequest) -> Result<Watched, Error> {
        match self {
            Self::Memory(state) => {
                let watch = Watching::Memory(state.watch(request)?);
                Ok(Watched { watch, seen: Vec::new() })
            }
            Self::Grpc(grpc) => grpc.watch(request).await,
        }
    }

    pub(super) async fn watch(&self, request: WatchRequest) -> Watched {
        self.try_watch(request).await.unwrap()
    }

    /// The store itself, for what takes too long over a socket.
    pub(super) fn state(&self) -> &State {
        match self {
            Self::Memory(state) => state,
            Self::Grpc(grpc) => &grpc.state,
        }
    }

    /// Breaks the connection, if there is one that breaks and no watch would be lost with it.
    pub(super) async fn interrupt(&self) {
        if let Self::Grpc(grpc) = self {
            grpc.client().await;
        }
    }
}

/// A watch of any sort.
enum Watching {
    Memory(Watch),
    Grpc(RemoteWatch),
    Lasting(Box<Lasting>),
}

/// A watch, one event at a time.
pub(super) struct Watched {
    watch: Watching,
    /// The next one last.
    seen: Vec<Event>,
}

impl Watched {
    pub(super) async fn next(&mut self) -> Option<Event> {
        while self.seen.is_empty() {
            let next = async {
                match &mut self.watch {
                    Watching::Memory(watch) => watch.next().await,
                    Watching::Grpc(watch) => watch.next().await.unwrap(),
                    Watching::Lasting(watch) => watch.next().await,
                }
            };
            self.seen = timeout(LONG, next).await.expect("an event")?;
            self.seen.reverse();
        }
        self.seen.pop()
    }

    /// The next events in short: what happened to what at which version. Returns the bookmark of the last.
    pub(super) async fn expect(&mut self, expected: &[&str]) -> Option<Bookmark> {
        let mut bookmark = None;
        for expected in expected {
            let event = self.next().await.expect("the watch is not over");
            assert_eq!(short(&event.change), *expected);
            bookmark = event.bookmark;
        }
        bookmark
    }

    pub(super) async fn expect_nothing(&mut self) {
        let next = timeout(SHORT, self.next()).await;
        assert!(next.is_err(), "unexpected {next:?}");
    }
}

pub(super) fn short(change: &Change) -> String {
    let of = |object: &Object| {
        let spec = if object.is_tombstone() { " tombstone" } else { "" };
        format!("{}@{}{spec}", object.id(), object.metadata().version())
    };
    match change {
        Change::Created(object) => format!("+{}", of(object)),
        Change::Updated { old, new } => format!("{} -> {}", of(old), of(new)),
        Change::Destroyed(object) => format!("-{}", of(object)),
        Change::Bootstrapped => "bootstrapped".to_owned(),
        Change::Errored(_) => "errored".to_owned(),
        Change::Noop => "noop".to_owned(),
    }
}
