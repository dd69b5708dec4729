//! The messages themselves, as clients of other make see them.

use std::time::Duration;

use tokio::time::{sleep, timeout};
use tonic::Code;

use super::{KIND, LONG, NS, note, raw, watch};
use crate::{
    grpc::AllowAll,
    metadata::Metadata,
    object::Object,
    spec::{Opaque, Spec},
    state::UpdateOptions,
    testing::{Note, Served, state},
    wire::{self, EventType},
};

/// The events of the first responses, until there are so many.
async fn events(served: &Served, request: wire::WatchRequest, count: usize) -> Vec<wire::Event> {
    let mut stream = raw(served).watch(request).await.unwrap().into_inner();
    let mut events = Vec::new();
    while events.len() < count {
        events.extend(timeout(LONG, stream.message()).await.unwrap().unwrap().unwrap().event);
    }
    events
}

async fn get(served: &Served, id: &str) -> wire::Resource {
    let request = wire::GetRequest {
        namespace: NS.to_owned(),
        r#type: KIND.to_owned(),
        id: id.to_owned(),
        options: None,
    };
    raw(served).get(request).await.unwrap().into_inner().resource.unwrap()
}

fn update(resource: wire::Resource, expected_phase: Option<&str>) -> wire::UpdateRequest {
    wire::UpdateRequest {
        new_resource: Some(resource),
        options: Some(wire::UpdateOptions {
            owner: String::new(),
            expected_phase: expected_phase.map(str::to_owned),
        }),
    }
}

fn one(id: &str) -> wire::WatchRequest {
    let request = watch(wire::WatchOptions::default(), 1);
    wire::WatchRequest { id: Some(id.to_owned()), ..request }
}

#[tokio::test]
async fn a_resource_has_every_field_of_its_metadata_and_both_forms_of_its_spec() {
    let state = state();
    let mut object = Object::new(NS, "a", Note::new("t", "x"));
    object.edit().labels_mut().set("l", "1");
    object.edit().annotations_mut().set("n", "2");
    object.edit().add_finalizer("f");
    let stored = state.create(object, "me").unwrap();
    let served = Served::new(state.clone(), AllowAll);
    let resource = get(&served, "a").await;
    let metadata = resource.metadata.unwrap();
    let time = Some(prost_types::Timestamp {
        seconds: stored.metadata().created().seconds(),
        nanos: stored.metadata().created().nanos(),
    });
    let expected = wire::Metadata {
        namespace: NS.to_owned(),
        r#type: KIND.to_owned(),
        id: "a".to_owned(),
        version: "1".to_owned(),
        owner: "me".to_owned(),
        phase: "running".to_owned(),
        created: time,
        updated: time,
        finalizers: vec!["f".to_owned()],
        labels: [("l".to_owned(), "1".to_owned())].into(),
        annotations: [("n".to_owned(), "2".to_owned())].into(),
    };
    assert_eq!(metadata, expected);
    let note = Note::new("t", "x");
    let spec = wire::Spec { proto_spec: note.to_proto(), yaml_spec: note.to_yaml() };
    assert_eq!(resource.spec, Some(spec));
    state.teardown(NS, KIND, "a", "me").unwrap();
    let torn = get(&served, "a").await.metadata.unwrap();
    assert_eq!((torn.version.as_str(), torn.phase.as_str()), ("2", "tearingDown"));
}

#[tokio::test]
async fn a_type_without_protobuf_travels_as_yaml_alone() {
    let state = state();
    let spec = Opaque { proto: Vec::new(), yaml: "nil".to_owned() };
    state.create(Object::opaque(Metadata::new(NS, KIND, "a"), spec), "").unwrap();
    let served = Served::new(state, AllowAll);
    let spec = get(&served, "a").await.spec.unwrap();
    assert_eq!((spec.proto_spec.len(), spec.yaml_spec.as_str()), (0, "nil"));
}

#[tokio::test]
async fn an_update_that_expects_no_phase_takes_any() {
    let state = state();
    state.create(note("a", ""), "").unwrap();
    state.teardown(NS, KIND, "a", "").unwrap();
    let served = Served::new(state, AllowAll);
    let mut client = raw(&served);
    let current = get(&served, "a").await;
    let refused = client.update(update(current.clone(), Some("running"))).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let refused = client.update(update(current.clone(), Some("walking"))).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let updated = client.update(update(current, None)).await.unwrap().into_inner();
    let updated = updated.resource.unwrap();
    assert_eq!(updated.metadata.as_ref().unwrap().version, "3");
    let torn = client.update(update(updated.clone(), Some("tearingDown"))).await.unwrap();
    assert_eq!(torn.into_inner().resource.unwrap().metadata.unwrap().version, "4");
    // The version that an update carries is the one that it replaces.
    let refused = client.update(update(updated, None)).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
}

#[tokio::test]
async fn events_carry_what_their_type_says_and_no_more() {
    let state = state();
    let mut object = state.create(note("a", "1"), "").unwrap();
    let served = Served::new(state.clone(), AllowAll);
    let options = wire::WatchOptions { bootstrap_contents: true, ..Default::default() };
    let mut stream = raw(&served).watch(watch(options, 1)).await.unwrap().into_inner();
    object.edit().labels_mut().set("k", "v");
    state.update(object, &UpdateOptions::owner("")).unwrap();
    state.destroy(NS, KIND, "a", "").unwrap();
    let mut events = Vec::new();
    while events.len() < 4 {
        events.extend(timeout(LONG, stream.message()).await.unwrap().unwrap().unwrap().event);
    }
    let has: Vec<_> = events
        .iter()
        .map(|e| (e.event_type(), e.resource.is_some(), e.old.is_some(), e.bookmark.is_some()))
        .collect();
    let expected = [
        (EventType::Created, true, false, false),
        (EventType::Bootstrapped, true, false, true),
        (EventType::Updated, true, true, true),
        (EventType::Destroyed, true, false, true),
    ];
    assert_eq!(has, expected);
    let version = |resource: &Option<wire::Resource>| {
        resource.as_ref().unwrap().metadata.as_ref().unwrap().version.clone()
    };
    assert_eq!((version(&events[2].old), version(&events[2].resource)), ("1".into(), "2".into()));
    assert!(!events[3].resource.clone().unwrap().spec.unwrap().proto_spec.is_empty());
    assert!(events.iter().all(|event| event.error.is_none()));
}

#[tokio::test]
async fn the_first_event_of_one_resource_has_no_bookmark() {
    let state = state();
    state.create(note("a", ""), "").unwrap();
    let served = Served::new(state, AllowAll);
    let first = events(&served, one("a"), 1).await.remove(0);
    assert_eq!((first.event_type(), first.bookmark), (EventType::Created, None));
    let first = events(&served, one("absent"), 1).await.remove(0);
    assert_eq!((first.event_type(), first.bookmark), (EventType::Destroyed, None));
    let resource = first.resource.unwrap();
    assert_eq!(resource.metadata.unwrap().version, "undefined");
    assert_eq!(resource.spec, Some(wire::Spec::default()));
}

#[tokio::test]
async fn before_the_first_change_a_bookmark_is_at_minus_one() {
    let served = Served::new(state(), AllowAll);
    let options = wire::WatchOptions { bootstrap_contents: true, ..Default::default() };
    let first = events(&served, watch(options, 1), 1).await.remove(0);
    assert_eq!(first.event_type(), EventType::Bootstrapped);
    let bookmark = first.bookmark.unwrap();
    assert_eq!((bookmark.len(), &bookmark[8..]), (16, &(-1_i64).to_be_bytes()[..]));
    // It is a place to start from like any other.
    let options = wire::WatchOptions { start_from_bookmark: Some(bookmark), ..Default::default() };
    raw(&served).watch(watch(options, 1)).await.unwrap();
}

/// The types of the events that a watch ends with after it was overrun, and whether the last says why.
async fn overrun(api_version: i32) -> (Vec<EventType>, Option<wire::Event>) {
    let state = state();
    let served = Served::new(state.clone(), AllowAll);
    let options = wire::WatchOptions { bootstrap_contents: true, ..Default::default() };
    let mut stream = raw(&served).watch(watch(options, api_version)).await.unwrap().into_inner();
    stream.message().await.unwrap().unwrap();
    let mut object = state.create(note("a", &"x".repeat(4096)), "").unwrap();
    let (mut told, mut last): (Vec<EventType>, _) = (Vec::new(), None);
    while !told.contains(&EventType::Created) {
        let response = timeout(LONG, stream.message()).await.unwrap().unwrap().unwrap();
        told.extend(response.event.iter().map(wire::Event::event_type));
    }
    // More than a socket buffers, then more than the history holds, with a pause for the first to arrive.
    for _ in 0..3 {
        for _ in 0..1500 {
            object = state.update(object, &UpdateOptions::owner("")).unwrap();
        }
        sleep(Duration::from_millis(50)).await;
    }
    while let Some(response) = timeout(LONG, stream.message()).await.unwrap().unwrap() {
        told.extend(response.event.iter().map(wire::Event::event_type));
        last = response.event.last().cloned().or(last);
    }
    (told, last)
}

#[tokio::test]
async fn an_overrun_is_told_by_an_event_with_an_error_and_nothing_else() {
    let (told, last) = overrun(1).await;
    let last = last.unwrap();
    assert_eq!((told.last(), last.event_type()), (Some(&EventType::Errored), EventType::Errored));
    assert!(last.error.unwrap().contains("behind"));
    assert_eq!((last.resource, last.old, last.bookmark), (None, None, None));
    assert!(told.contains(&EventType::Bootstrapped));
}

#[tokio::test]
async fn old_clients_are_told_of_an_overrun_by_the_end_of_the_stream() {
    let (told, _) = overrun(0).await;
    assert!(!told.is_empty());
    let known = [EventType::Created, EventType::Updated];
    assert!(told.iter().all(|event| known.contains(event)), "{told:?}");
}

#[tokio::test]
async fn a_bookmark_of_before_a_restart_is_refused() {
    let mut served = Served::new(state(), AllowAll);
    let options = wire::WatchOptions { bootstrap_bookmark: true, ..Default::default() };
    let bookmark = events(&served, watch(options, 1), 1).await.remove(0).bookmark;
    served.kill();
    served.start(state(), AllowAll);
    let options = wire::WatchOptions { start_from_bookmark: bookmark, ..Default::default() };
    let client = served.client();
    while client.get(NS, KIND, "a").await.is_err() {
        tokio::task::yield_now().await;
    }
    let refused = raw(&served).watch(watch(options, 1)).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
}
