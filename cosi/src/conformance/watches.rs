//! What watches tell, from where, and how they are resumed.

use tonic::Code;

use super::{
    KIND, NS, code, kind, path,
    store::{SHORT, Store, short},
};
use crate::{
    metadata::Metadata,
    object::Object,
    selector::Selector,
    spec::Opaque,
    state::UpdateOptions,
    watch::{Bookmark, Change},
};

suite! {

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

async fn an_update_tells_what_was_before(store: Store) {
    let old = store.create("a").await;
    let mut watch = store.watch(kind()).await;
    let mut new = old.clone();
    new.edit().labels_mut().set("k", "v");
    let new = store.write(new).await;
    assert_eq!(watch.next().await.unwrap().change, Change::Updated { old, new });
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
    assert_eq!(watch.expect(&["+a@1"]).await, None, "it is no change, so nothing is after it");
    store.create("b").await;
    store.destroy("a", "").await.unwrap();
    let bookmark = watch.expect(&["-a@1"]).await.unwrap();
    store.create("a").await;
    store.watch(kind().id("a").after(bookmark)).await.expect(&["+a@1"]).await;
}

async fn watch_of_one_that_is_absent_begins_with_a_tombstone(store: Store) {
    let mut watch = store.watch(kind().id("a")).await;
    assert_eq!(watch.expect(&["-a@undefined tombstone"]).await, None);
    store.create("a").await;
    watch.expect(&["+a@1"]).await;
    let last = store.get("a").await.unwrap();
    store.destroy("a", "").await.unwrap();
    // The last word about one that was there has its spec.
    assert_eq!(watch.next().await.unwrap().change, Change::Destroyed(last));
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

async fn tail_of_one_looks_back_until_it_has_found_so_many(store: Store) {
    let mut object = store.create("a").await;
    for round in 0..3 {
        for other in 0..20 {
            store.state().create(path(&format!("{round}/{other}")), "").unwrap();
        }
        object = store.write(object).await;
    }
    store.watch(kind().id("a").tail(2)).await.expect(&["a@2 -> a@3", "a@3 -> a@4"]).await;
    store.watch(kind().id("a").tail(9)).await.expect(&["+a@1", "a@1 -> a@2"]).await;
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

async fn a_watch_loses_and_repeats_nothing_over_breaks(store: Store) {
    let mut watch = store.watch(kind().contents()).await;
    watch.expect(&["bootstrapped"]).await;
    for round in 0..5 {
        let id = round.to_string();
        let object = store.create(&id).await;
        store.interrupt().await;
        store.write(object).await;
        store.interrupt().await;
        store.destroy(&id, "").await.unwrap();
        if round % 2 == 0 {
            continue;
        }
        for id in [(round - 1).to_string(), id] {
            let told = [format!("+{id}@1"), format!("{id}@1 -> {id}@2"), format!("-{id}@2")];
            watch.expect(&told.each_ref().map(String::as_str)).await;
        }
    }
    watch.expect(&["+4@1", "4@1 -> 4@2", "-4@2"]).await;
    watch.expect_nothing().await;
}

}
