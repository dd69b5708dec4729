//! One suite for every store: the one in memory, and one behind a real unix socket.
//!
//! Each case is named for what it pins. What only the wire can express is in `grpc/tests.rs`.

use std::{future::Future, time::Duration};

use tokio::time::timeout;
use tonic::Code;

use crate::{
    error::Error,
    grpc::{AllowAll, Client, RemoteWatch},
    metadata::{Metadata, Phase, Version},
    object::Object,
    selector::{LabelQuery, Operator, Selector, Term},
    spec::Opaque,
    state::{State, UpdateOptions},
    testing::{Note, Served, state},
    text::Text,
    watch::{Bookmark, Change, Event, Watch, WatchRequest},
};

const NS: &str = "suite";
/// A type that no store knows.
const KIND: &str = "os/path";
const OWNER: &str = "suite.Owner";

/// Longer than any event takes that is going to come.
const LONG: Duration = Duration::from_secs(10);
/// Long enough for an event that must not come to show up.
const SHORT: Duration = Duration::from_millis(50);

/// A store of any sort.
enum Store {
    Memory(State),
    Grpc { state: State, client: Client, _served: Box<Served> },
}

/// A watch of any sort.
enum Watching {
    Memory(Watch),
    Grpc(RemoteWatch),
}

impl Store {
    async fn get(&self, id: &str) -> Option<Object> {
        match self {
            Self::Memory(state) => state.get(NS, KIND, id),
            Self::Grpc { client, .. } => client.get(NS, KIND, id).await.unwrap(),
        }
    }

    async fn list(&self, selector: &Selector) -> Vec<String> {
        let objects = match self {
            Self::Memory(state) => state.list(NS, KIND, selector),
            Self::Grpc { client, .. } => client.list(NS, KIND, selector).await.unwrap(),
        };
        objects.iter().map(|object| object.id().to_string()).collect()
    }

    async fn try_create(&self, object: Object, owner: &str) -> Result<Object, Error> {
        match self {
            Self::Memory(state) => state.create(object, owner),
            Self::Grpc { client, .. } => client.create(&object, owner).await,
        }
    }

    async fn create(&self, id: &str) -> Object {
        self.try_create(path(id), "").await.unwrap()
    }

    async fn update(&self, object: Object, options: &UpdateOptions) -> Result<Object, Error> {
        match self {
            Self::Memory(state) => state.update(object, options),
            Self::Grpc { client, .. } => client.update(&object, options).await,
        }
    }

    /// Updates as the owner that the resource has.
    async fn write(&self, object: Object) -> Object {
        let options = UpdateOptions::owner(object.metadata().owner()).any_phase();
        self.update(object, &options).await.unwrap()
    }

    async fn destroy(&self, id: &str, owner: &str) -> Result<(), Error> {
        match self {
            Self::Memory(state) => state.destroy(NS, KIND, id, owner),
            Self::Grpc { client, .. } => client.destroy(NS, KIND, id, owner).await,
        }
    }

    async fn teardown(&self, id: &str, owner: &str) -> Result<bool, Error> {
        match self {
            Self::Memory(state) => state.teardown(NS, KIND, id, owner),
            Self::Grpc { client, .. } => {
                let object = client.teardown(NS, KIND, id, owner).await?;
                Ok(object.metadata().is_destroy_ready())
            }
        }
    }

    async fn add_finalizer(&self, id: &str, finalizer: &str) -> Result<(), Error> {
        match self {
            Self::Memory(state) => state.add_finalizer(NS, KIND, id, finalizer),
            Self::Grpc { client, .. } => {
                client.add_finalizer(NS, KIND, id, finalizer).await.map(drop)
            }
        }
    }

    async fn remove_finalizer(&self, id: &str, finalizer: &str) -> Result<(), Error> {
        match self {
            Self::Memory(state) => state.remove_finalizer(NS, KIND, id, finalizer),
            Self::Grpc { client, .. } => {
                client.remove_finalizer(NS, KIND, id, finalizer).await.map(drop)
            }
        }
    }

    async fn try_watch(&self, request: WatchRequest) -> Result<Watching, Error> {
        match self {
            Self::Memory(state) => state.watch(request).map(Watching::Memory),
            Self::Grpc { client, .. } => client.watch(&request).await.map(Watching::Grpc),
        }
    }

    async fn watch(&self, request: WatchRequest) -> Watched {
        Watched { watch: self.try_watch(request).await.unwrap(), seen: Vec::new() }
    }

    /// The store itself, for what takes too long over a socket.
    fn state(&self) -> &State {
        match self {
            Self::Memory(state) | Self::Grpc { state, .. } => state,
        }
    }
}

/// A watch, one event at a time.
struct Watched {
    watch: Watching,
    seen: Vec<Event>,
}

impl Watched {
    async fn next(&mut self) -> Option<Event> {
        while self.seen.is_empty() {
            let next = async {
                match &mut self.watch {
                    Watching::Memory(watch) => watch.next().await,
                    Watching::Grpc(watch) => watch.next().await.unwrap(),
                }
            };
            self.seen = timeout(LONG, next).await.expect("an event")?;
            self.seen.reverse();
        }
        self.seen.pop()
    }

    /// The next events in short: what happened to what at which version.
    async fn expect(&mut self, expected: &[&str]) -> Option<Bookmark> {
        let mut bookmark = None;
        for expected in expected {
            let event = self.next().await.expect("the watch is not over");
            assert_eq!(short(&event.change), *expected);
            bookmark = event.bookmark;
        }
        bookmark
    }

    async fn expect_nothing(&mut self) {
        let next = timeout(SHORT, self.next()).await;
        assert!(next.is_err(), "unexpected {next:?}");
    }
}

fn short(change: &Change) -> String {
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

fn code<R: std::fmt::Debug>(result: Result<R, Error>) -> Code {
    result.unwrap_err().code()
}

/// Runs the case against a store in memory.
fn in_memory<F: Future<Output = ()>>(case: impl FnOnce(Store) -> F) {
    run(async { case(Store::Memory(state())).await });
}

/// Runs the case against a store behind a socket.
fn over_grpc<F: Future<Output = ()>>(case: impl FnOnce(Store) -> F) {
    run(async {
        let state = state();
        let served = Served::new(state.clone(), AllowAll);
        case(Store::Grpc { state, client: served.client(), _served: Box::new(served) }).await;
    });
}

fn run(case: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(case);
}

macro_rules! suite {
    ($($(#[$doc:meta])* async fn $name:ident($store:ident: Store) $body:block)+) => {
        $($(#[$doc])* async fn $name($store: Store) $body)+
        mod memory {
            $(#[test] fn $name() { super::in_memory(super::$name); })+
        }
        mod grpc {
            $(#[test] fn $name() { super::over_grpc(super::$name); })+
        }
    };
}

suite! {

async fn what_is_missing_is_not_there(store: Store) {
    assert!(store.get("a").await.is_none());
    assert!(store.list(&Selector::all()).await.is_empty());
    assert_eq!(code(store.destroy("a", "").await), Code::NotFound);
    assert_eq!(code(store.teardown("a", "").await), Code::NotFound);
    assert_eq!(code(store.add_finalizer("a", "f").await), Code::NotFound);
    store.remove_finalizer("a", "f").await.unwrap();
    store.create("b").await;
    assert_eq!(code(store.update(path("a"), &UpdateOptions::owner("")).await), Code::NotFound);
    assert_eq!(code(store.destroy("a", "").await), Code::NotFound);
}

async fn create_stamps_version_owner_and_times(store: Store) {
    let stored = store.try_create(path("a"), OWNER).await.unwrap();
    let metadata = stored.metadata();
    assert_eq!(metadata.version(), Version::UNDEFINED.next());
    assert_eq!((metadata.owner().as_str(), metadata.phase()), (OWNER, Phase::Running));
    assert_eq!(metadata.created(), metadata.updated());
    assert!(metadata.created().seconds() > 1_700_000_000);
    assert_eq!(store.get("a").await.unwrap(), stored);
}

async fn create_refuses_a_second_one_and_a_stolen_one(store: Store) {
    store.try_create(path("a"), OWNER).await.unwrap();
    assert_eq!(code(store.try_create(path("a"), OWNER).await), Code::AlreadyExists);
    assert_eq!(code(store.try_create(path("a"), "").await), Code::AlreadyExists);
    let mut owned = path("b");
    owned.edit().set_owner(OWNER.into());
    assert_eq!(code(store.try_create(owned, "other").await), Code::PermissionDenied);
}

async fn an_unknown_type_is_kept_as_it_came(store: Store) {
    let spec = Opaque { proto: vec![1, 2, 3], yaml: "a: [1, 2]\n".to_owned() };
    let mut object = Object::opaque(Metadata::new(NS, KIND, "a"), spec.clone());
    object.edit().labels_mut().set("label", "1");
    object.edit().annotations_mut().set("annotation", "2");
    object.edit().add_finalizer("finalizer");
    store.try_create(object, "").await.unwrap();
    let stored = store.get("a").await.unwrap();
    assert_eq!(stored.to_proto().unwrap(), spec.proto);
    assert_eq!(stored.to_yaml().unwrap(), spec.yaml);
    assert_eq!(stored.metadata().labels().get("label").unwrap(), "1");
    assert_eq!(stored.metadata().annotations().get("annotation").unwrap(), "2");
    assert_eq!(stored.metadata().finalizers(), ["finalizer"]);
}

async fn namespaces_and_kinds_are_apart(store: Store) {
    store.create("a").await;
    for (namespace, kind) in [("other", KIND), (NS, "other")] {
        let object = Object::opaque(Metadata::new(namespace, kind, "a"), Opaque::default());
        store.try_create(object, "").await.unwrap();
    }
    store.destroy("a", "").await.unwrap();
    assert_eq!(store.state().list("other", KIND, &Selector::all()).len(), 1);
    assert_eq!(store.state().list(NS, "other", &Selector::all()).len(), 1);
}

async fn list_is_in_the_order_of_ids(store: Store) {
    for id in ["c", "a", "b/2", "b", "B"] {
        store.create(id).await;
    }
    assert_eq!(store.list(&Selector::all()).await, ["B", "a", "b", "b/2", "c"]);
}

async fn list_selects_by_labels_and_id(store: Store) {
    store.try_create(labelled("a1", &[("app", "web"), ("mem", "4GiB")]), "").await.unwrap();
    store.try_create(labelled("a2", &[("app", "db"), ("mem", "16GiB")]), "").await.unwrap();
    store.create("b").await;
    let one = |term| Selector::all().or_labels(LabelQuery::new().and(term));
    let value = Text::from;
    for (selector, ids) in [
        (one(Term::new("app", Operator::Exists)), &["a1", "a2"][..]),
        (one(!Term::new("app", Operator::Exists)), &["b"]),
        (one(Term::new("app", Operator::Equal(value("web")))), &["a1"]),
        (one(!Term::new("app", Operator::Equal(value("web")))), &["a2", "b"]),
        (one(Term::new("app", Operator::In(vec![value("x"), value("db")]))), &["a2"]),
        (one(Term::new("app", Operator::Less(value("web")))), &["a2"]),
        (one(Term::new("app", Operator::LessOrEqual(value("web")))), &["a1", "a2"]),
        (one(Term::new("mem", Operator::LessNumeric(value("16GiB")))), &["a1"]),
        (one(Term::new("mem", Operator::LessOrEqualNumeric(value("16384MiB")))), &["a1", "a2"]),
        (Selector::label("app", "web").or_labels(
            LabelQuery::new().and(!Term::new("app", Operator::Exists))), &["a1", "b"]),
        (Selector::all().or_labels(LabelQuery::new()
            .and(Term::new("app", Operator::Exists))
            .and(!Term::new("app", Operator::Equal(value("db"))))), &["a1"]),
        (Selector::all().id("^a").unwrap(), &["a1", "a2"]),
        (Selector::all().id("[2b]$").unwrap(), &["a2", "b"]),
        (Selector::label("app", "web").id("2").unwrap(), &[]),
    ] {
        assert_eq!(store.list(&selector).await, ids, "{selector:?}");
    }
}

async fn update_is_the_next_version_and_keeps_owner_and_creation(store: Store) {
    let first = store.try_create(path("a"), OWNER).await.unwrap();
    let mut changed = first.clone();
    changed.edit().labels_mut().set("k", "v");
    changed.edit().set_owner("".into());
    let options = UpdateOptions::owner(OWNER);
    let second = store.update(changed, &options).await.unwrap();
    let metadata = second.metadata();
    assert_eq!(metadata.version(), first.metadata().version().next());
    assert_eq!((metadata.owner().as_str(), metadata.created()), (OWNER, first.metadata().created()));
    assert!(metadata.updated() >= first.metadata().updated());
    assert_eq!(store.get("a").await.unwrap(), second);
    // Even an update that changes nothing is one.
    let third = store.update(second.clone(), &options).await.unwrap();
    assert_eq!(third.metadata().version(), metadata.version().next());
}

async fn update_refuses_an_old_version(store: Store) {
    let first = store.create("a").await;
    store.write(first.clone()).await;
    let options = UpdateOptions::owner("");
    assert_eq!(code(store.update(first, &options).await), Code::FailedPrecondition);
    assert_eq!(code(store.update(path("a"), &options).await), Code::FailedPrecondition);
}

async fn update_refuses_other_owners(store: Store) {
    let first = store.try_create(path("a"), OWNER).await.unwrap();
    for other in ["", "other"] {
        let updated = store.update(first.clone(), &UpdateOptions::owner(other)).await;
        assert_eq!(code(updated), Code::PermissionDenied);
    }
}

async fn update_refuses_another_phase_than_expected(store: Store) {
    let mut object = store.create("a").await;
    object.edit().set_phase(Phase::TearingDown);
    let torn = store.update(object, &UpdateOptions::owner("")).await.unwrap();
    assert_eq!(torn.metadata().phase(), Phase::TearingDown);
    let running = UpdateOptions::owner("");
    assert_eq!(code(store.update(torn.clone(), &running).await), Code::InvalidArgument);
    let torn = store.update(torn, &running.clone().any_phase()).await.unwrap();
    let tearing = UpdateOptions { expected_phase: Some(Phase::TearingDown), ..running };
    store.update(torn, &tearing).await.unwrap();
}

async fn destroy_refuses_other_owners_and_what_is_held(store: Store) {
    store.try_create(path("a"), OWNER).await.unwrap();
    assert_eq!(code(store.destroy("a", "").await), Code::PermissionDenied);
    store.add_finalizer("a", "f").await.unwrap();
    assert_eq!(code(store.destroy("a", OWNER).await), Code::FailedPrecondition);
    store.remove_finalizer("a", "f").await.unwrap();
    store.destroy("a", OWNER).await.unwrap();
    assert!(store.get("a").await.is_none());
    // What is created under the name of a destroyed one begins anew.
    assert_eq!(store.create("a").await.metadata().version(), Version::UNDEFINED.next());
}

async fn teardown_waits_for_finalizers(store: Store) {
    store.try_create(path("a"), OWNER).await.unwrap();
    store.add_finalizer("a", "f").await.unwrap();
    assert_eq!(code(store.teardown("a", "other").await), Code::PermissionDenied);
    assert!(!store.teardown("a", OWNER).await.unwrap());
    let version = store.get("a").await.unwrap().metadata().version();
    assert!(!store.teardown("a", OWNER).await.unwrap());
    assert_eq!(store.get("a").await.unwrap().metadata().version(), version, "no second change");
    assert_eq!(code(store.add_finalizer("a", "g").await), Code::InvalidArgument);
    store.remove_finalizer("a", "f").await.unwrap();
    assert!(store.teardown("a", OWNER).await.unwrap());
    store.destroy("a", OWNER).await.unwrap();
}

async fn finalizers_are_a_set_and_anybody_may_add_them(store: Store) {
    store.try_create(path("a"), OWNER).await.unwrap();
    store.add_finalizer("a", "f").await.unwrap();
    store.add_finalizer("a", "g").await.unwrap();
    store.add_finalizer("a", "f").await.unwrap();
    store.remove_finalizer("a", "absent").await.unwrap();
    let object = store.get("a").await.unwrap();
    assert_eq!(object.metadata().finalizers(), ["f", "g"]);
    assert_eq!(object.metadata().version().to_string(), "3");
}

async fn watch_of_a_kind_tells_changes_only(store: Store) {
    store.create("before").await;
    let mut watch = store.watch(kind()).await;
    watch.expect_nothing().await;
    let object = store.create("a").await;
    store.write(object).await;
    store.destroy("a", "").await.unwrap();
    let last = watch.expect(&["+a@1", "a@1 -> a@2", "-a@2"]).await;
    assert!(last.is_some());
}

async fn watch_with_contents_tells_them_first(store: Store) {
    store.create("b").await;
    store.create("a").await;
    let mut watch = store.watch(kind().contents()).await;
    assert_eq!(watch.expect(&["+a@1", "+b@1"]).await, None, "nowhere to resume in between");
    let bookmark = watch.expect(&["bootstrapped"]).await.unwrap();
    store.create("c").await;
    watch.expect(&["+c@1"]).await;
    store.watch(kind().after(bookmark)).await.expect(&["+c@1"]).await;
}

async fn watch_with_contents_of_nothing_is_bootstrapped(store: Store) {
    store.watch(kind().contents()).await.expect(&["bootstrapped"]).await;
}

async fn watch_can_begin_with_a_bookmark(store: Store) {
    store.create("a").await;
    let bookmark = store.watch(kind().with_bookmark()).await.expect(&["noop"]).await.unwrap();
    store.create("b").await;
    store.watch(kind().after(bookmark)).await.expect(&["+b@1"]).await;
}

async fn a_bookmark_of_nothing_resumes_at_the_beginning(store: Store) {
    let bookmark = store.watch(kind().with_bookmark()).await.expect(&["noop"]).await.unwrap();
    store.create("a").await;
    store.watch(kind().after(bookmark)).await.expect(&["+a@1"]).await;
}

async fn watch_of_one_begins_with_it(store: Store) {
    store.create("a").await;
    let mut watch = store.watch(kind().id("a")).await;
    watch.expect(&["+a@1"]).await;
    store.create("b").await;
    store.destroy("a", "").await.unwrap();
    let bookmark = watch.expect(&["-a@1"]).await.unwrap();
    store.create("a").await;
    store.watch(kind().id("a").after(bookmark)).await.expect(&["+a@1"]).await;
}

async fn watch_of_one_that_is_absent_begins_with_a_tombstone(store: Store) {
    let mut watch = store.watch(kind().id("a")).await;
    watch.expect(&["-a@undefined tombstone"]).await;
    store.create("a").await;
    watch.expect(&["+a@1"]).await;
}

async fn watch_of_one_takes_neither_contents_nor_selector(store: Store) {
    let one = kind().id("a");
    let labels = one.clone().select(Selector::label("k", "v"));
    let pattern = one.clone().select(Selector::all().id("a").unwrap());
    for request in [one.contents(), labels, pattern] {
        let refused = store.try_watch(request).await.map(drop);
        assert_eq!(code(refused), Code::Unimplemented);
    }
}

async fn tail_replays_the_last_changes(store: Store) {
    for id in ["a", "b", "c"] {
        store.create(id).await;
    }
    store.watch(kind().tail(2)).await.expect(&["+b@1", "+c@1"]).await;
    store.watch(kind().tail(100)).await.expect(&["+a@1", "+b@1", "+c@1"]).await;
    let mut watch = store.watch(kind().id("a").tail(1)).await;
    watch.expect(&["+a@1"]).await;
    watch.expect_nothing().await;
    let mut nothing = store.watch(kind().id("absent").tail(1)).await;
    nothing.expect_nothing().await;
}

async fn tail_is_cut_to_the_history(store: Store) {
    for number in 0..2000 {
        store.state().create(path(&format!("{number:04}")), "").unwrap();
    }
    store.watch(kind().tail(5000)).await.expect(&["+0980@1"]).await;
}

async fn every_event_has_a_bookmark_to_resume_after(store: Store) {
    let ids = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let mut watch = store.watch(kind()).await;
    for id in ids {
        store.create(id).await;
    }
    for at in 0..ids.len() {
        let bookmark = watch.next().await.unwrap().bookmark.unwrap();
        let rest: Vec<String> = ids[at + 1..].iter().map(|id| format!("+{id}@1")).collect();
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        let mut resumed = store.watch(kind().after(bookmark)).await;
        resumed.expect(&rest).await;
    }
}

async fn bookmarks_that_are_foreign_future_or_expired_are_refused(store: Store) {
    let bookmark = store.watch(kind().with_bookmark()).await.expect(&["noop"]).await.unwrap();
    let changed = |at: usize, by: u8| {
        let mut bytes = *bookmark.as_bytes();
        bytes[at] = bytes[at].wrapping_add(by);
        Bookmark::try_from(&bytes[..]).unwrap()
    };
    // Position -1 is before the first change; +2 makes it 1, of which nobody knows yet.
    for unknown in [changed(0, 1), changed(15, 2)] {
        let refused = store.try_watch(kind().after(unknown)).await.map(drop);
        assert_eq!(code(refused), Code::FailedPrecondition);
    }
    for number in 0..1100 {
        store.state().create(path(&number.to_string()), "").unwrap();
    }
    let expired = store.try_watch(kind().after(bookmark)).await.map(drop);
    assert_eq!(code(expired), Code::FailedPrecondition);
}

async fn entering_a_selection_is_created_and_leaving_destroyed(store: Store) {
    let selector = Selector::label("app", "web");
    store.try_create(labelled("a", &[("app", "web")]), "").await.unwrap();
    store.create("x").await;
    let mut watch = store.watch(kind().contents().select(selector)).await;
    watch.expect(&["+a@1", "bootstrapped"]).await;
    let set = async |id: &str, value: &str| {
        let mut object = store.get(id).await.unwrap();
        object.edit().labels_mut().set("app", value);
        store.write(object).await;
    };
    set("a", "db").await;
    watch.expect(&["-a@2"]).await;
    set("a", "cache").await;
    set("a", "web").await;
    watch.expect(&["+a@4"]).await;
    set("a", "web").await;
    watch.expect(&["a@4 -> a@5"]).await;
    set("x", "web").await;
    watch.expect(&["+x@2"]).await;
    store.destroy("x", "").await.unwrap();
    watch.expect(&["-x@2"]).await;
    set("a", "db").await;
    watch.expect(&["-a@6"]).await;
    store.destroy("a", "").await.unwrap();
    watch.expect_nothing().await;
}

async fn a_watch_selects_by_id(store: Store) {
    let selector = Selector::all().id("^a").unwrap();
    let mut watch = store.watch(kind().contents().select(selector)).await;
    for id in ["b", "a", "ba", "ab"] {
        store.create(id).await;
    }
    watch.expect(&["bootstrapped", "+a@1", "+ab@1"]).await;
}

async fn a_watch_that_falls_behind_is_told_so_and_over(store: Store) {
    let mut watch = store.watch(kind()).await;
    let spec = Opaque { proto: vec![0; 4096], yaml: String::new() };
    let object = Object::opaque(Metadata::new(NS, KIND, "a"), spec);
    let mut object = store.state().create(object, "").unwrap();
    // More than a socket buffers, then more than the history holds, with a pause for the first to arrive.
    for _ in 0..3 {
        for _ in 0..1500 {
            object = store.state().update(object, &UpdateOptions::owner("")).unwrap();
        }
        tokio::time::sleep(SHORT).await;
    }
    let mut events = Vec::new();
    while let Some(event) = watch.next().await {
        events.push(event);
    }
    let last = events.last().unwrap();
    assert_eq!((short(&last.change).as_str(), last.bookmark), ("errored", None));
}

async fn types_that_are_registered_are_described(store: Store) {
    store.state().register::<Note>();
    store.state().register_namespace("test", "for tests");
    let kinds = store.state().list_as::<crate::meta::ResourceDefinition>().unwrap();
    let ids: Vec<_> = kinds.iter().map(|kind| kind.id().as_str()).collect();
    let expected =
        ["namespaces.meta.cosi.dev", "notes.test.cosi.dev", "resourcedefinitions.meta.cosi.dev"];
    assert_eq!(ids, expected);
    let namespaces = store.state().list_as::<crate::meta::Namespace>().unwrap();
    let ids: Vec<_> = namespaces.iter().map(|namespace| namespace.id().as_str()).collect();
    assert_eq!(ids, ["meta", "test"]);
}

}
