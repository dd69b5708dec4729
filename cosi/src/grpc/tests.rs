//! What only the wire can express: raw messages, refusals, deaths of the store.

mod messages;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::time::timeout;
use tonic::{Code, Extensions, Status, transport::Channel};

use super::{Access, AllowAll, Follow, Operation, Update, Verb};
use crate::{
    metadata::{Metadata, Phase},
    object::Object,
    spec::{Opaque, Spec},
    state::{State, UpdateOptions},
    testing::{Count, Note, Served, state},
    wire::{self, state_client::StateClient},
};

const NS: &str = Note::NAMESPACE;
const KIND: &str = Note::TYPE;

/// Longer than anything takes that is going to come.
const LONG: Duration = Duration::from_secs(10);

fn note(id: &str, text: &str) -> Object {
    Object::new(NS, id, Note::new("", text))
}

fn raw(served: &Served) -> StateClient<Channel> {
    served.client().0
}

fn watch(options: wire::WatchOptions, api_version: i32) -> wire::WatchRequest {
    wire::WatchRequest {
        namespace: NS.to_owned(),
        r#type: KIND.to_owned(),
        id: None,
        options: Some(options),
        api_version,
    }
}

/// The types of the events in the first responses, response by response.
async fn told(
    served: &Served,
    options: wire::WatchOptions,
    api_version: i32,
    responses: usize,
) -> Vec<Vec<wire::EventType>> {
    let request = watch(options, api_version);
    let mut stream = raw(served).watch(request).await.unwrap().into_inner();
    let mut told = Vec::new();
    for _ in 0..responses {
        let response = timeout(LONG, stream.message()).await.unwrap().unwrap().unwrap();
        told.push(response.event.iter().map(wire::Event::event_type).collect());
    }
    told
}

#[tokio::test]
async fn a_watch_begins_with_an_empty_response_at_once() {
    let served = Served::new(state(), AllowAll);
    assert_eq!(told(&served, wire::WatchOptions::default(), 1, 1).await, [vec![]]);
}

#[tokio::test]
async fn aggregated_events_share_a_response_and_others_do_not() {
    use wire::EventType::{Bootstrapped, Created};
    let state = state();
    for id in ["a", "b"] {
        state.create(note(id, ""), "").unwrap();
    }
    let served = Served::new(state, AllowAll);
    let mut options =
        wire::WatchOptions { bootstrap_contents: true, ..wire::WatchOptions::default() };
    let apart = [vec![], vec![Created], vec![Created], vec![Bootstrapped]];
    assert_eq!(told(&served, options.clone(), 1, 4).await, apart);
    options.aggregated = true;
    let together = [vec![], vec![Created, Created, Bootstrapped]];
    assert_eq!(told(&served, options, 1, 2).await, together);
}

#[tokio::test]
async fn large_aggregates_are_split_to_what_clients_accept() {
    let state = state();
    for number in 0..3000 {
        state.create(note(&number.to_string(), &"x".repeat(2000)), "").unwrap();
    }
    let served = Served::new(state, AllowAll);
    let Update::Contents(objects) = served.client().follow(NS, KIND).next().await else {
        panic!("contents come first");
    };
    assert_eq!(objects.len(), 3000);
}

#[tokio::test]
async fn old_clients_are_not_told_of_bootstrapped() {
    use wire::EventType::{Created, Noop};
    let state = state();
    state.create(note("a", ""), "").unwrap();
    let served = Served::new(state, AllowAll);
    let options = wire::WatchOptions {
        bootstrap_contents: true,
        bootstrap_bookmark: true,
        ..wire::WatchOptions::default()
    };
    let expected = [vec![], vec![Created], vec![Noop]];
    assert_eq!(told(&served, options, 0, 3).await, expected);
}

#[tokio::test]
async fn noop_carries_a_tombstone_of_the_kind() {
    let served = Served::new(state(), AllowAll);
    let options = wire::WatchOptions { bootstrap_bookmark: true, ..Default::default() };
    let mut stream = raw(&served).watch(watch(options, 1)).await.unwrap().into_inner();
    stream.message().await.unwrap().unwrap();
    let response = stream.message().await.unwrap().unwrap();
    let resource = response.event[0].resource.clone().unwrap();
    let metadata = resource.metadata.unwrap();
    assert_eq!((metadata.namespace.as_str(), metadata.r#type.as_str()), (NS, KIND));
    assert_eq!((metadata.id.as_str(), metadata.version.as_str()), ("", "undefined"));
    assert_eq!(metadata.phase, "running");
    assert!(metadata.created.is_some() && metadata.updated.is_some());
    assert_eq!(resource.spec, Some(wire::Spec::default()));
    assert_eq!(response.event[0].bookmark.as_ref().unwrap().len(), 16);
}

#[tokio::test]
async fn starts_that_exclude_each_other_are_refused() {
    let served = Served::new(state(), AllowAll);
    let none = wire::WatchOptions::default;
    let bookmark = Some(vec![0; 16]);
    for options in [
        wire::WatchOptions { bootstrap_contents: true, tail_events: 1, ..none() },
        wire::WatchOptions {
            bootstrap_contents: true,
            start_from_bookmark: bookmark.clone(),
            ..none()
        },
        wire::WatchOptions { tail_events: 1, start_from_bookmark: bookmark, ..none() },
    ] {
        let refused = raw(&served).watch(watch(options, 1)).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unknown);
    }
    for short in [vec![1], vec![0; 15], vec![0; 17]] {
        let options = wire::WatchOptions { start_from_bookmark: Some(short), ..none() };
        let refused = raw(&served).watch(watch(options, 1)).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition);
    }
}

#[tokio::test]
async fn writes_that_make_no_sense_are_refused() {
    let served = Served::new(state(), AllowAll);
    let metadata = |id: &str, phase: &str, version: &str| wire::Metadata {
        namespace: NS.to_owned(),
        r#type: "Unknown".to_owned(),
        id: id.to_owned(),
        phase: phase.to_owned(),
        version: version.to_owned(),
        ..wire::Metadata::default()
    };
    let long = "x".repeat(1025);
    for metadata in [
        None,
        Some(metadata("", "running", "undefined")),
        Some(metadata(&long, "running", "undefined")),
        Some(metadata("a", "walking", "undefined")),
        Some(metadata("a", "running", "one")),
    ] {
        let resource = Some(wire::Resource { metadata, spec: None });
        let refused = raw(&served).create(wire::CreateRequest { resource, options: None }).await;
        assert_eq!(refused.unwrap_err().code(), Code::InvalidArgument);
    }
    let list = wire::ListRequest {
        options: Some(wire::ListOptions {
            id_query: Some(wire::IdQuery { regexp: "(".to_owned() }),
            label_query: vec![],
        }),
        ..wire::ListRequest::default()
    };
    assert_eq!(raw(&served).list(list).await.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn known_types_are_decoded_and_checked() {
    let state = state();
    state.register::<Note>();
    let served = Served::new(state.clone(), AllowAll);
    let client = served.client();
    client.put(NS, "a", "me", Note::new("t", "x")).await.unwrap();
    let stored = state.get(NS, KIND, "a").unwrap();
    assert!(!stored.is_opaque());
    assert_eq!(client.get_as::<Note>("a").await.unwrap().unwrap().spec, Note::new("t", "x"));
    let spec = Opaque { proto: vec![0xff], yaml: String::new() };
    let garbage = Object::opaque(Metadata::new(NS, KIND, "b"), spec);
    let refused = client.create(&garbage, "").await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn teardown_and_destroy_waits_for_the_last_finalizer() {
    let state = state();
    state.create(note("a", ""), "me").unwrap();
    state.add_finalizer(NS, KIND, "a", "f").unwrap();
    let served = Served::new(state.clone(), AllowAll);
    let mut client = raw(&served);
    let request = wire::TeardownAndDestroyRequest {
        namespace: NS.to_owned(),
        r#type: KIND.to_owned(),
        id: "a".to_owned(),
        options: Some(wire::TeardownAndDestroyOptions { owner: "me".to_owned() }),
    };
    let call = tokio::spawn(async move { client.teardown_and_destroy(request).await });
    while !state.get(NS, KIND, "a").unwrap().metadata().is_tearing_down() {
        tokio::task::yield_now().await;
    }
    assert!(!call.is_finished());
    state.remove_finalizer(NS, KIND, "a", "f").unwrap();
    timeout(LONG, call).await.unwrap().unwrap().unwrap();
    assert_eq!(state.get(NS, KIND, "a"), None);
}

/// Lets nobody write, and nobody read anything but notes.
struct ReadNotes;

impl Access for ReadNotes {
    fn check(&self, _: &Extensions, operation: &Operation<'_>) -> Result<(), Status> {
        match operation {
            _ if operation.verb.is_write() => Err(Status::permission_denied("no writes")),
            Operation { kind: KIND, .. } => Ok(()),
            _ => Err(Status::permission_denied("no such type")),
        }
    }
}

#[tokio::test]
async fn access_is_asked_before_anything_else() {
    let state = state();
    state.create(note("a", ""), "").unwrap();
    let served = Served::new(state, ReadNotes);
    let client = served.client();
    assert!(client.get(NS, KIND, "a").await.unwrap().is_some());
    assert!(client.get(NS, KIND, "b").await.unwrap().is_none());
    let mut raw = raw(&served);
    let code = |status: Status| (status.code(), status.message().to_owned());
    let write = (Code::PermissionDenied, "no writes".to_owned());
    // Not even a request without a resource is looked at.
    assert_eq!(code(raw.create(wire::CreateRequest::default()).await.unwrap_err()), write);
    assert_eq!(code(raw.update(wire::UpdateRequest::default()).await.unwrap_err()), write);
    assert_eq!(code(raw.destroy(wire::DestroyRequest::default()).await.unwrap_err()), write);
    assert_eq!(code(raw.teardown(wire::TeardownRequest::default()).await.unwrap_err()), write);
    let request = wire::TeardownAndDestroyRequest::default();
    assert_eq!(code(raw.teardown_and_destroy(request).await.unwrap_err()), write);
    let read = (Code::PermissionDenied, "no such type".to_owned());
    assert_eq!(code(raw.get(wire::GetRequest::default()).await.unwrap_err()), read);
    assert_eq!(code(raw.list(wire::ListRequest::default()).await.unwrap_err()), read);
    assert_eq!(code(raw.watch(wire::WatchRequest::default()).await.unwrap_err()), read);
    client.get_as::<Count>("a").await.unwrap_err();
}

/// Notes what is asked for, and lets it happen.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<(Verb, String)>>>);

impl Access for Notes {
    fn check(&self, _: &Extensions, operation: &Operation<'_>) -> Result<(), Status> {
        if operation.verb.is_write() {
            self.0.lock().unwrap().push((operation.verb, operation.owner.to_owned()));
        }
        Ok(())
    }
}

#[tokio::test]
async fn taking_hold_is_asked_for_in_the_name_of_the_holder_and_is_no_other_update() {
    let (state, notes) = (state(), Notes::default());
    state.register::<Note>();
    let served = Served::new(state.clone(), notes.clone());
    let client = served.client();
    client.create(&note("a", "1"), "me").await.unwrap();
    client.add_finalizer(NS, KIND, "a", "you").await.unwrap();
    let mut object = client.get(NS, KIND, "a").await.unwrap().unwrap();
    object.edit().remove_finalizer("you");
    object.edit().add_finalizer("they");
    let options = UpdateOptions::owner("me");
    let mut object = client.update(&object, &options).await.unwrap();
    // Anything beside the finalizers makes it an update like any other.
    object.edit().add_finalizer("thief");
    object.edit().labels_mut().set("k", "v");
    let mut object = client.update(&object, &options).await.unwrap();
    object.edit().remove_finalizer("thief");
    object.edit().set_phase(Phase::TearingDown);
    client.update(&object, &options).await.unwrap();
    // So does another version than the one in the store, which is refused later.
    object.edit().remove_finalizer("they");
    client.update(&object, &options.clone().any_phase()).await.unwrap_err();
    let expected = [
        (Verb::Create, "me"),
        (Verb::Hold, "you"),
        (Verb::Hold, "they"),
        (Verb::Hold, "you"),
        (Verb::Update, "me"),
        (Verb::Update, "me"),
        (Verb::Update, "me"),
    ];
    let expected = expected.map(|(verb, owner)| (verb, owner.to_owned()));
    assert_eq!(*notes.0.lock().unwrap(), expected);
}

async fn next(follow: &mut Follow) -> Vec<String> {
    let of = |object: &Object| format!("{}@{}", object.id(), object.metadata().version());
    match timeout(LONG, follow.next()).await.unwrap() {
        Update::Contents(objects) => {
            [vec!["contents".to_owned()], objects.iter().map(of).collect()].concat()
        }
        Update::Changed(object) => vec![format!("+{}", of(&object))],
        Update::Removed(object) => vec![format!("-{}", of(&object))],
    }
}

#[tokio::test]
async fn a_follower_resumes_where_it_was_after_a_break() {
    let state = state();
    state.create(note("a", ""), "").unwrap();
    let mut served = Served::new(state.clone(), AllowAll);
    let mut follow = served.client().follow(NS, KIND);
    assert_eq!(next(&mut follow).await, ["contents", "a@1"]);
    state.create(note("b", ""), "").unwrap();
    assert_eq!(next(&mut follow).await, ["+b@1"]);
    served.kill();
    state.create(note("c", ""), "").unwrap();
    state.destroy(NS, KIND, "a", "").unwrap();
    served.start(state.clone(), AllowAll);
    // Neither lost nor told twice.
    assert_eq!(next(&mut follow).await, ["+c@1"]);
    assert_eq!(next(&mut follow).await, ["-a@1"]);
    state.create(note("d", ""), "").unwrap();
    assert_eq!(next(&mut follow).await, ["+d@1"]);
}

#[tokio::test]
async fn a_follower_begins_anew_after_a_restart_or_too_many_changes() {
    let before = state();
    before.create(note("a", ""), "").unwrap();
    let mut served = Served::new(before, AllowAll);
    let mut follow = served.client().follow(NS, KIND);
    assert_eq!(next(&mut follow).await, ["contents", "a@1"]);
    served.kill();
    let after = state();
    after.create(note("b", ""), "").unwrap();
    served.start(after.clone(), AllowAll);
    assert_eq!(next(&mut follow).await, ["contents", "b@1"]);
    served.kill();
    for _ in 0..1000 {
        after.create(note("c", ""), "").unwrap();
        after.destroy(NS, KIND, "c", "").unwrap();
    }
    served.start(after, AllowAll);
    assert_eq!(next(&mut follow).await, ["contents", "b@1"]);
}

#[tokio::test]
async fn a_client_can_be_there_before_the_store() {
    let state: State = state();
    let mut served = Served::new(state.clone(), AllowAll);
    served.kill();
    let client = served.client();
    assert_eq!(client.get(NS, KIND, "a").await.unwrap_err().code(), Code::Unavailable);
    let mut follow = client.follow(NS, KIND);
    let waiting = tokio::spawn(async move { next(&mut follow).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    served.start(state, AllowAll);
    assert_eq!(waiting.await.unwrap(), ["contents"]);
    assert_eq!(client.get(NS, KIND, "a").await.unwrap(), None);
}
