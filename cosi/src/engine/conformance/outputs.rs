//! What a controller writes, and how it goes again.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{counter, held, holder, length, note_held};
use crate::{
    engine::{
        Controller, Declaration, RegisterError, exclusive,
        rig::{NS, Rig, function, until},
        shared, strong, weak,
    },
    object::{Object, Resource},
    spec::Spec,
    testing::{Count, Note},
    text::Id,
};

suite! {

async fn an_exclusive_output_tolerates_no_other_writer(rig: Rig) {
    const FIRST: Declaration =
        Declaration { name: "test.First", inputs: &[], outputs: &[exclusive::<Count>()] };
    const SECOND: Declaration =
        Declaration { name: "test.Second", inputs: &[], outputs: &[shared::<Count>()] };
    let mut runtime = rig.runtime();
    runtime.register(function(&FIRST, |_| Ok(()))).unwrap();
    let (controller, kind, other) = ("test.Second", Count::TYPE, "test.First");
    let refused = runtime.register(function(&SECOND, |_| Ok(())));
    assert_eq!(refused, Err(RegisterError::Output { controller, kind, other }));
    let text = refused.unwrap_err().to_string();
    assert_eq!(text, format!("controller {controller} writes {kind}, which {other} writes as well"));
}

async fn shared_outputs_belong_to_whoever_created_them(rig: Rig) {
    const ONE: Declaration =
        Declaration { name: "test.One", inputs: &[], outputs: &[shared::<Count>()] };
    const THIEF: Declaration = Declaration {
        name: "test.Thief",
        inputs: &[weak::<Note>(NS)],
        outputs: &[shared::<Count>()],
    };
    let one = function(&ONE, |cx| Ok(cx.converge(NS, [("one", Count { count: 1 })])?));
    let thief = function(&THIEF, |cx| {
        if cx.list::<Note>(NS)?.is_empty() {
            return Ok(());
        }
        Ok(cx.converge(NS, [("one", Count { count: 3 }), ("three", Count { count: 3 })])?)
    });
    let monitor = rig.run(vec![one, thief]);
    rig.counts(&["one=1"]).await;
    rig.put("go", "");
    rig.counts(&["one=1", "three=3"]).await;
    let error = || monitor.metrics()["test.Thief"].last_error.clone();
    until("the refusal", || error().is_some()).await;
    let said = format!("{NS}/{}/one is owned by \"test.One\", not by \"test.Thief\"", Count::TYPE);
    assert!(error().unwrap().contains(&said), "{:?}", error());
    let owner = |id: &str| rig.state.get_as::<Count>(id).unwrap().unwrap().metadata.owner().clone();
    assert_eq!((owner("one"), owner("three")), ("test.One".into(), "test.Thief".into()));
}

async fn outputs_carry_their_controllers_name_and_nobody_else_changes_them(rig: Rig) {
    let _monitor = rig.run(vec![counter()]);
    rig.put("a", "1");
    rig.counts(&["a=1"]).await;
    let count = rig.state.get_as::<Count>("a").unwrap().unwrap();
    assert_eq!(count.metadata.owner(), "test.Counter");
    rig.state.put(NS, "a", "other", Count { count: 9 }).unwrap_err();
    rig.state.destroy(NS, Count::TYPE, "a", "").unwrap_err();
}

async fn outputs_that_were_not_written_again_are_cleaned_up(rig: Rig) {
    const TRACKER: Declaration = Declaration {
        name: "test.Tracker",
        inputs: &[weak::<Note>(NS)],
        outputs: &[shared::<Count>()],
    };
    rig.state.create(Object::new(NS, "foreign", Count { count: 7 }), "somebody").unwrap();
    let tracker = function(&TRACKER, |cx| {
        cx.put(NS, "before", Count { count: 0 })?;
        cx.track();
        for note in cx.list::<Note>(NS)? {
            if note.spec.text == "fail" {
                return Err("half-way".into());
            }
            cx.put(NS, note.id(), length(&note))?;
        }
        Ok(cx.clean_up::<Count>(NS)?)
    });
    rig.put("a", "1");
    rig.put("b", "22");
    let monitor = rig.run(vec![tracker]);
    rig.counts(&["a=1", "b=2", "foreign=7"]).await;
    rig.change(|state| {
        state.destroy(NS, Note::TYPE, "b", "").unwrap();
        crate::engine::rig::put(state, "c", "fail");
    });
    until("the failure", || monitor.metrics()["test.Tracker"].failures > 0).await;
    let kept = crate::engine::rig::counts(&rig.state);
    assert!(kept.contains(&"b=2".to_owned()), "a pass that failed removes nothing: {kept:?}");
    rig.put("c", "333");
    rig.counts(&["a=1", "c=3", "foreign=7"]).await;
}

async fn a_producer_destroys_once_every_consumer_has_let_go(rig: Rig) {
    let release = Arc::new(AtomicBool::new(false));
    rig.put("a", "1");
    rig.put("b", "2");
    let _monitor = rig.run(vec![counter(), holder(&release)]);
    until("the hold", || held(&rig, "a", "test.Holder")).await;
    rig.change(|state| state.destroy(NS, Note::TYPE, "a", "")).unwrap();
    rig.counts(&["a=1x", "b=1"]).await;
    // Wanted again with another value while it is held: it must go before it can come back.
    rig.put("a", "12345");
    rig.pause().await;
    rig.counts(&["a=1x", "b=1"]).await;
    release.store(true, Ordering::SeqCst);
    rig.put("b", "22");
    rig.counts(&["a=5", "b=2"]).await;
    until("a new hold", || held(&rig, "a", "test.Holder")).await;
}

async fn a_transform_makes_one_output_of_each_input_and_holds_it(rig: Rig) {
    let release = Arc::new(AtomicBool::new(false));
    let _monitor = rig.run(vec![transformer(), holder(&release)]);
    rig.put("a", "1");
    rig.put("none", "");
    rig.counts(&["a.length=1"]).await;
    until("both held", || note_held(&rig, "a") && note_held(&rig, "none")).await;
    until("the hold of the output", || held(&rig, "a.length", "test.Holder")).await;
    rig.put("none", "22");
    rig.counts(&["a.length=1", "none.length=2"]).await;
    // The input may not go before its output has.
    rig.change(|state| state.teardown(NS, Note::TYPE, "a", "")).unwrap();
    rig.counts(&["a.length=1x", "none.length=2"]).await;
    rig.pause().await;
    assert!(note_held(&rig, "a"));
    release.store(true, Ordering::SeqCst);
    rig.put("none", "333");
    rig.counts(&["none.length=3"]).await;
    until("the input is let go", || !note_held(&rig, "a")).await;
    rig.change(|state| state.destroy(NS, Note::TYPE, "a", "")).unwrap();
}

async fn a_transform_that_fails_for_one_input_goes_on_with_the_others(rig: Rig) {
    let monitor = rig.run(vec![transformer()]);
    rig.put("a", "1");
    rig.put("b", "22");
    rig.counts(&["a.length=1", "b.length=2"]).await;
    rig.change(|state| {
        crate::engine::rig::put(state, "a", "fail");
        crate::engine::rig::put(state, "b", "333");
    });
    rig.counts(&["a.length=1", "b.length=3"]).await;
    until("the failure", || monitor.metrics()["test.Transformer"].failures > 0).await;
    let error = monitor.metrics()["test.Transformer"].last_error.clone();
    assert_eq!(error.as_deref(), Some("note a is bad"));
    rig.put("a", "4444");
    rig.counts(&["a.length=4", "b.length=3"]).await;
}

async fn a_transform_removes_what_has_lost_its_input(rig: Rig) {
    const WEAKLY: Declaration = Declaration {
        name: "test.Weakly",
        inputs: &[weak::<Note>(NS)],
        outputs: &[exclusive::<Count>()],
    };
    let weakly = function(&WEAKLY, |cx| {
        cx.transform((NS, NS), |note| note.id().clone(), |note| Ok(Some(length(note))))
    });
    let _monitor = rig.run(vec![weakly]);
    rig.put("a", "1");
    rig.put("b", "22");
    rig.counts(&["a=1", "b=2"]).await;
    assert!(!note_held(&rig, "a"), "a weak input is not held");
    rig.change(|state| state.destroy(NS, Note::TYPE, "a", "")).unwrap();
    rig.counts(&["b=2"]).await;
    rig.change(|state| state.teardown(NS, Note::TYPE, "b", "")).unwrap();
    rig.counts(&[]).await;
}

}

/// `ID.length` of each note, `None` of empty ones; those that say so fail.
fn transformer() -> Box<dyn Controller> {
    const TRANSFORMER: Declaration = Declaration {
        name: "test.Transformer",
        inputs: &[strong::<Note>(NS)],
        outputs: &[exclusive::<Count>()],
    };
    function(&TRANSFORMER, |cx| {
        let name = |note: &Resource<Note>| Id::from(format!("{}.length", note.id()));
        cx.transform((NS, NS), name, |note| match note.spec.text.as_str() {
            "" => Ok(None),
            "fail" => Err(format!("note {} is bad", note.id()).into()),
            _ => Ok(Some(length(note))),
        })
    })
}
