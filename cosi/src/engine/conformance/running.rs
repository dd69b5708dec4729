//! When a controller runs, what it is refused, and what is known of it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use super::{counter, held, holder};
use crate::{
    engine::{
        Declaration, destroy_ready, exclusive,
        rig::{NS, Rig, function, until},
        weak,
    },
    spec::Spec,
    testing::{Count, Note},
};

suite! {

async fn what_is_not_declared_is_refused_by_name(rig: Rig) {
    const NOSY: Declaration = Declaration {
        name: "test.Nosy",
        inputs: &[weak::<Note>(NS).id("mine"), destroy_ready::<Count>("elsewhere")],
        outputs: &[],
    };
    let refusals = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&refusals);
    let nosy = function(&NOSY, move |cx| {
        cx.get::<Note>(NS, "mine")?;
        cx.list::<Count>("elsewhere")?;
        let refused = [
            cx.list::<Note>(NS).map(drop),
            cx.get::<Note>(NS, "yours").map(drop),
            cx.put(NS, "a", Count { count: 1 }),
            cx.remove::<Note>(NS, "mine").map(drop),
            cx.clean_up::<Note>(NS),
            cx.add_finalizer::<Note>(NS, "mine"),
            cx.remove_finalizer::<Count>("elsewhere", "a"),
        ];
        *told.lock().unwrap() =
            refused.into_iter().map(|r| r.map_or_else(|e| e.to_string(), |()| "done".to_owned())).collect();
        Ok(())
    });
    let _monitor = rig.run(vec![nosy]);
    until("the refusals", || !refusals.lock().unwrap().is_empty()).await;
    let said = |verb: &str, kind: &str, namespace: &str| {
        format!("controller test.Nosy {verb} {kind} in {namespace} without declaring it")
    };
    let expected = [
        said("reads", Note::TYPE, NS),
        said("reads", Note::TYPE, NS),
        said("writes", Count::TYPE, NS),
        said("writes", Note::TYPE, NS),
        // Nothing was tracked, so there is nothing to clean up.
        "done".to_owned(),
        said("holds", Note::TYPE, NS),
        said("holds", Count::TYPE, "elsewhere"),
    ];
    assert_eq!(*refusals.lock().unwrap(), expected);
}

async fn wakeups_coalesce(rig: Rig) {
    let monitor = rig.run(vec![counter()]);
    rig.put("a", "1");
    rig.counts(&["a=1"]).await;
    let before = monitor.metrics()["test.Counter"].runs;
    rig.change(|state| (1..=500).for_each(|n| crate::engine::rig::put(state, "a", &"x".repeat(n % 7 + 1))));
    rig.counts(&["a=4"]).await;
    assert!(monitor.metrics()["test.Counter"].runs < before + 250, "{:?}", monitor.metrics());
}

async fn everything_is_looked_at_whatever_was_missed(rig: Rig) {
    rig.put("a", "1");
    rig.put("b", "22");
    let _monitor = rig.run(vec![counter()]);
    rig.counts(&["a=1", "b=2"]).await;
    rig.change(|state| {
        state.destroy(NS, Note::TYPE, "a", "").unwrap();
        crate::engine::rig::put(state, "b", "");
        crate::engine::rig::put(state, "c", "333");
    });
    rig.counts(&["c=3"]).await;
}

async fn a_failure_or_a_panic_is_tried_again_later_each_time_until_a_success(rig: Rig) {
    const SHAKY: Declaration = Declaration {
        name: "test.Shaky",
        inputs: &[weak::<Note>(NS)],
        outputs: &[exclusive::<Count>()],
    };
    let mut attempts = 0;
    let shaky = function(&SHAKY, move |cx| {
        attempts += 1;
        match attempts {
            1 => Err("out of order".into()),
            2 => panic!("lost my mind"),
            _ => Ok(cx.put(NS, "attempts", Count { count: attempts })?),
        }
    });
    let begun = tokio::time::Instant::now();
    let monitor = rig.run(vec![shaky, holder(&Arc::default())]);
    until("a success", || rig.state.get_as::<Count>("attempts").unwrap().is_some()).await;
    // 100 ms, then 200 ms; a machine that is busy takes longer.
    assert!(begun.elapsed() >= Duration::from_millis(300), "{:?}", begun.elapsed());
    until("the hold", || held(&rig, "attempts", "test.Holder")).await;
    let metrics = monitor.metrics()["test.Shaky"].clone();
    assert_eq!((metrics.failures, metrics.panics), (2, 1));
    assert_eq!(metrics.last_error.as_deref(), Some("panic: lost my mind"));
}

async fn the_graph_is_what_the_controllers_declare(rig: Rig) {
    let monitor = rig.run(vec![counter(), holder(&Arc::default())]);
    let edges: Vec<_> = monitor
        .dependencies()
        .into_iter()
        .map(|e| format!("{} {:?} {}/{}", e.controller, e.kind, e.namespace, e.resource_type))
        .collect();
    let (note, count) = (Note::TYPE, Count::TYPE);
    let expected = [
        format!("test.Counter OutputExclusive /{count}"),
        format!("test.Counter InputWeak {NS}/{note}"),
        format!("test.Holder InputStrong {NS}/{count}"),
        format!("test.Holder InputWeak {NS}/{note}"),
    ];
    assert_eq!(edges, expected);
}

async fn each_controller_is_measured(rig: Rig) {
    const SLOW: Declaration =
        Declaration { name: "test.Slow", inputs: &[weak::<Note>(NS)], outputs: &[] };
    let slow = function(&SLOW, |cx| {
        let begun = tokio::time::Instant::now();
        while begun.elapsed() < Duration::from_millis(2) {
            std::hint::spin_loop();
        }
        if cx.list::<Note>(NS)?.is_empty() { Ok(()) } else { Err("full".into()) }
    });
    let monitor = rig.run(vec![slow]);
    let slow = || monitor.metrics()["test.Slow"].clone();
    until("the first run", || slow().runs >= 1).await;
    assert_eq!((slow().failures, slow().last_error), (0, None));
    assert!(slow().busy >= Duration::from_millis(2), "{:?}", slow());
    rig.put("a", "");
    until("a failure", || slow().failures > 0).await;
    assert_eq!(slow().last_error.as_deref(), Some("full"));
    assert!(slow().runs > 1 && slow().waited > Duration::ZERO, "{:?}", slow());
}

}
