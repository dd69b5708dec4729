//! Which resources a list or a watch chooses.

use super::{kind, labelled, store::Store};
use crate::{
    selector::{LabelQuery, Operator, Selector, Term},
    text::Text,
};

suite! {

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

}
