//! What a store does with one resource, and what it refuses.

use tonic::Code;

use super::{KIND, NS, OWNER, code, labelled, path, store::Store};
use crate::{
    metadata::{Metadata, Phase, Version},
    object::Object,
    selector::Selector,
    spec::Opaque,
    state::UpdateOptions,
    testing::Note,
};

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
    let mut object = path("a");
    // What a writer says of these counts for nothing.
    object.edit().set_version(Version::UNDEFINED.next().next());
    let stored = store.try_create(object, OWNER).await.unwrap();
    let metadata = stored.metadata();
    assert_eq!(metadata.version().to_string(), "1");
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
    let all = Selector::all();
    assert_eq!(store.list_in(("other", KIND), &all).await, ["a"]);
    assert_eq!(store.list_in((NS, "other"), &all).await, ["a"]);
    assert_eq!(store.list_in(("nowhere", KIND), &all).await, [""; 0]);
}

async fn list_is_in_the_order_of_ids(store: Store) {
    for id in ["c", "a", "b/2", "b", "B"] {
        store.create(id).await;
    }
    assert_eq!(store.list(&Selector::all()).await, ["B", "a", "b", "b/2", "c"]);
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

async fn labels_annotations_and_phase_are_the_writers(store: Store) {
    let mut object = store.try_create(labelled("a", &[("l", "1")]), "").await.unwrap();
    object.edit().annotations_mut().set("a", "2");
    object.edit().labels_mut().remove("l");
    object.edit().labels_mut().set("m", "3");
    object.edit().add_finalizer("f");
    object.edit().set_phase(Phase::TearingDown);
    let stored = store.update(object, &UpdateOptions::owner("")).await.unwrap();
    let metadata = stored.metadata();
    assert_eq!(metadata.labels().iter().collect::<Vec<_>>(), [(&"m".into(), &"3".into())]);
    assert_eq!(metadata.annotations().get("a").unwrap(), "2");
    assert_eq!((metadata.phase(), metadata.finalizers()), (Phase::TearingDown, &["f".into()][..]));
    assert_eq!(store.get("a").await.unwrap(), stored);
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

async fn what_is_said_to_be_done_is_done_once(store: Store) {
    let mut object = store.create("a").await;
    for round in 2..12 {
        object.edit().labels_mut().set("round", round.to_string());
        object = store.update(object, &UpdateOptions::owner("")).await.unwrap();
        store.interrupt().await;
        assert_eq!(object.metadata().version().to_string(), round.to_string());
    }
    assert_eq!(store.get("a").await.unwrap(), object);
}

}
