//! What wakes a controller, and what it may read and hold.

use super::{OTHER, length, note_held};
use crate::{
    engine::{
        Declaration, Edge, EdgeKind, Input, destroy_ready, exclusive, primary,
        rig::{NS, Rig, function, until},
        strong, weak,
    },
    spec::Spec,
    testing::{Count, Note},
    text::Id,
};

suite! {

async fn a_weak_input_wakes_and_may_not_be_held(rig: Rig) {
    const WEAK: Declaration =
        Declaration { name: "test.Weak", inputs: &[weak::<Note>(NS)], outputs: &[] };
    let weak = function(&WEAK, |cx| {
        cx.list::<Note>(NS)?.iter().try_for_each(|n| cx.add_finalizer::<Note>(NS, n.id()))?;
        Ok(())
    });
    let monitor = rig.run(vec![weak]);
    rig.put("a", "1");
    until("the refusal", || monitor.metrics()["test.Weak"].failures > 0).await;
    let error = monitor.metrics()["test.Weak"].last_error.clone().unwrap();
    assert_eq!(error, format!("controller test.Weak holds {} in {NS} without declaring it", Note::TYPE));
    assert!(!note_held(&rig, "a"));
}

async fn a_strong_input_wakes_and_may_be_held(rig: Rig) {
    const STRONG: Declaration =
        Declaration { name: "test.Strong", inputs: &[strong::<Note>(NS)], outputs: &[] };
    let strong = function(&STRONG, |cx| {
        for note in cx.list::<Note>(NS)? {
            match note.metadata.is_tearing_down() {
                false => cx.add_finalizer::<Note>(NS, note.id())?,
                true => cx.remove_finalizer::<Note>(NS, note.id())?,
            }
        }
        Ok(())
    });
    let _monitor = rig.run(vec![strong]);
    rig.put("a", "1");
    until("the hold", || note_held(&rig, "a")).await;
    assert_eq!(rig.note("a").unwrap().metadata().finalizers(), ["test.Strong"]);
    rig.change(|state| state.teardown(NS, Note::TYPE, "a", "")).unwrap();
    until("the release", || !note_held(&rig, "a")).await;
}

async fn a_destroy_ready_input_wakes_once_nobody_holds_it(rig: Rig) {
    const REAPER: Declaration =
        Declaration { name: "test.Reaper", inputs: &[destroy_ready::<Note>(NS)], outputs: &[] };
    let monitor = rig.run(vec![function(&REAPER, |_| Ok(()))]);
    until("the first run", || monitor.is_quiet()).await;
    let runs = || monitor.metrics()["test.Reaper"].runs;
    let before = runs();
    rig.put("a", "1");
    rig.put("a", "2");
    rig.change(|state| state.add_finalizer(NS, Note::TYPE, "a", "f")).unwrap();
    rig.change(|state| state.teardown(NS, Note::TYPE, "a", "")).unwrap();
    rig.pause().await;
    assert_eq!(runs(), before);
    rig.change(|state| state.remove_finalizer(NS, Note::TYPE, "a", "f")).unwrap();
    until("the wake-up", || runs() == before + 1).await;
}

async fn an_input_of_one_id_is_woken_by_that_alone(rig: Rig) {
    const ONE: Declaration =
        Declaration { name: "test.One", inputs: &[weak::<Note>(NS).id("mine")], outputs: &[] };
    let monitor = rig.run(vec![function(&ONE, |_| Ok(()))]);
    until("the first run", || monitor.is_quiet()).await;
    let before = monitor.metrics()["test.One"].runs;
    rig.put("yours", "1");
    rig.pause().await;
    assert_eq!(monitor.metrics()["test.One"].runs, before);
    rig.put("mine", "1");
    until("the wake-up", || monitor.metrics()["test.One"].runs > before).await;
}

async fn inputs_change_at_run_time(rig: Rig) {
    // Reads the notes of the namespace that the note `where` names.
    const POINTED: Declaration = Declaration {
        name: "test.Pointed",
        inputs: &[weak::<Note>(NS).id("where")],
        outputs: &[exclusive::<Count>()],
    };
    let pointed = function(&POINTED, |cx| {
        let Some(pointer) = cx.get::<Note>(NS, "where")? else { return Ok(()) };
        let namespace = pointer.spec.text.as_str();
        if namespace.is_empty() {
            cx.set_inputs(&[])?;
            return Ok(cx.converge::<Count, Id>(NS, [])?);
        }
        cx.set_inputs(&[weak::<Note>(namespace)])?;
        let notes = cx.list::<Note>(namespace)?;
        Ok(cx.converge(NS, notes.iter().map(|n| (n.id().clone(), length(n))))?)
    });
    let monitor = rig.run(vec![pointed]);
    let input = |namespace: &str| Edge {
        controller: "test.Pointed",
        kind: EdgeKind::InputWeak,
        namespace: namespace.into(),
        resource_type: Note::TYPE,
        id: None,
    };
    rig.state.put(OTHER, "a", "", Note::new("", "1")).unwrap();
    rig.put("where", OTHER);
    rig.counts(&["a=1"]).await;
    until("the edge", || monitor.dependencies().contains(&input(OTHER))).await;
    // What is read now wakes as a declared input does.
    rig.change(|state| state.put(OTHER, "b", "", Note::new("", "22"))).unwrap();
    rig.counts(&["a=1", "b=2"]).await;
    rig.state.put("third", "c", "", Note::new("", "333")).unwrap();
    rig.put("where", "third");
    rig.counts(&["c=3"]).await;
    // And what is read no more does not.
    until("quiet", || monitor.is_quiet()).await;
    let runs = monitor.metrics()["test.Pointed"].runs;
    rig.change(|state| state.put(OTHER, "a", "", Note::new("", "4444"))).unwrap();
    rig.pause().await;
    assert_eq!(monitor.metrics()["test.Pointed"].runs, runs);
    rig.put("where", "");
    rig.counts(&[]).await;
    until("the edge is gone", || monitor.dependencies().len() == 2).await;
    assert_eq!(monitor.metrics()["test.Pointed"].failures, 0);
}

async fn an_input_at_run_time_wakes_even_if_it_was_never_read(rig: Rig) {
    const DEAF: Declaration = Declaration { name: "test.Deaf", inputs: &[], outputs: &[] };
    let deaf = function(&DEAF, |cx| Ok(cx.set_inputs(&[weak::<Note>(OTHER).id("a")])?));
    let monitor = rig.run(vec![deaf]);
    until("the first run", || monitor.is_quiet()).await;
    let runs = || monitor.metrics()["test.Deaf"].runs;
    // At a distance the contents may arrive after the run that asked for them.
    rig.pause().await;
    let before = runs();
    rig.change(|state| state.put(OTHER, "a", "", Note::new("", "1"))).unwrap();
    until("the wake-up", || runs() > before).await;
}

async fn inputs_at_run_time_are_enforced(rig: Rig) {
    const CURIOUS: Declaration = Declaration {
        name: "test.Curious",
        inputs: &[weak::<Note>(NS)],
        outputs: &[exclusive::<Count>()],
    };
    let curious = function(&CURIOUS, |cx| {
        cx.set_inputs(&[weak::<Note>(OTHER), strong::<Count>(OTHER)])?;
        cx.list::<Note>(OTHER)?;
        let mut refused = 0;
        refused += u64::from(cx.add_finalizer::<Note>(OTHER, "a").is_err());
        refused += u64::from(cx.set_inputs(&[primary::<Note>("queue")]).is_err());
        cx.set_inputs(&[])?;
        refused += u64::from(cx.list::<Note>(OTHER).is_err());
        Ok(cx.put(NS, "refused", Count { count: refused })?)
    });
    let monitor = rig.run(vec![curious]);
    rig.counts(&["refused=3"]).await;
    assert_eq!(monitor.metrics()["test.Curious"].failures, 0);
}

}

/// Inputs are values that can be made of names that are known only at run time.
#[test]
fn inputs_borrow_their_names() {
    let (namespace, id) = (String::from("ns"), String::from("id"));
    let input: Input<'_> = weak::<Note>(&namespace).id(&id);
    assert!(input.covers("ns", Note::TYPE, Some("id")) && !input.covers("ns", Note::TYPE, None));
}
