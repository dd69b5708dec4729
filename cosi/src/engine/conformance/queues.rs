//! Controllers that work on one item at a time.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::{OTHER, held, holder, length, note_held};
use crate::{
    engine::{
        BoxError, Context, Declaration, QueueController, exclusive, mapped, mapped_destroy_ready,
        primary,
        rig::{Items, NS, Rig, function, until},
        weak,
    },
    error::Key,
    spec::Spec,
    testing::{Count, Note},
};

suite! {

async fn a_primary_input_is_one_item_per_resource(rig: Rig) {
    rig.put("a", "1");
    let monitor = rig.run_queue(queue(&LENGTHS, 1));
    rig.put("b", "22");
    rig.counts(&["a=1", "b=2"]).await;
    until("the hold", || note_held(&rig, "a") && note_held(&rig, "b")).await;
    rig.put("b", "333");
    rig.counts(&["a=1", "b=3"]).await;
    rig.change(|state| state.teardown(NS, Note::TYPE, "a", "")).unwrap();
    rig.counts(&["b=3"]).await;
    until("the input is let go", || !note_held(&rig, "a")).await;
    rig.change(|state| state.destroy(NS, Note::TYPE, "a", "")).unwrap();
    rig.put("a", "4444");
    rig.counts(&["a=4", "b=3"]).await;
    let metrics = monitor.metrics()["test.Lengths"].clone();
    assert_eq!((metrics.failures, metrics.last_error), (0, None));
}

async fn a_mapped_input_concerns_the_items_that_it_is_mapped_to(rig: Rig) {
    // The length of the note, times the number in the count `factor`.
    const PRODUCTS: Declaration = Declaration {
        name: "test.Products",
        inputs: &[primary::<Note>(NS), mapped::<Note>(OTHER)],
        outputs: &[exclusive::<Count>()],
    };
    rig.put("a", "1");
    rig.put("b", "22");
    let products = Items {
        declaration: &PRODUCTS,
        concurrency: 1,
        map: |changed: &Key| if changed.id == "factor" { vec!["a", "b"] } else { vec!["b"] },
        reconcile: |cx: &mut Context<'_>, item: &Key| {
            let Some(note) = cx.get::<Note>(NS, &item.id)? else { return Ok(()) };
            let factor = cx.get::<Note>(OTHER, "factor")?.map_or(1, |factor| factor.spec.text.len());
            Ok(cx.put(NS, &item.id, Count { count: (note.spec.text.len() * factor) as u64 })?)
        },
    };
    let _monitor = rig.run_queue(products);
    rig.counts(&["a=1", "b=2"]).await;
    rig.change(|state| state.put(OTHER, "factor", "", Note::new("", "xxxxx"))).unwrap();
    rig.counts(&["a=5", "b=10"]).await;
    rig.change(|state| state.destroy(OTHER, Note::TYPE, "factor", "")).unwrap();
    rig.counts(&["a=1", "b=2"]).await;
}

async fn a_mapped_destroy_ready_input_concerns_items_once_nobody_holds_it(rig: Rig) {
    let release = Arc::new(AtomicBool::new(false));
    rig.put("a", "1");
    let mut runtime = rig.runtime();
    runtime.register_queue(Arc::new(queue(&LENGTHS, 1))).unwrap();
    runtime.register(holder(&release)).unwrap();
    tokio::spawn(runtime.run(std::future::pending()));
    until("the hold", || held(&rig, "a", "test.Holder")).await;
    rig.change(|state| state.teardown(NS, Note::TYPE, "a", "")).unwrap();
    rig.counts(&["a=1x"]).await;
    rig.pause().await;
    assert!(note_held(&rig, "a"), "the output is not gone");
    release.store(true, Ordering::SeqCst);
    rig.put("nudge", "");
    rig.counts(&["nudge=0"]).await;
    until("the input is let go", || !note_held(&rig, "a")).await;
}

async fn a_queue_works_on_as_many_items_at_once_as_it_says(rig: Rig) {
    const MANY: Declaration =
        Declaration { name: "test.Many", inputs: &[primary::<Note>(NS)], outputs: &[] };
    let (now, most, twice) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)), Mutex::new(Vec::new()));
    let seen = Arc::clone(&most);
    let many = Items {
        declaration: &MANY,
        concurrency: 3,
        map: |_: &Key| Vec::new(),
        reconcile: move |_: &mut Context<'_>, item: &Key| {
            let mut running = twice.lock().unwrap();
            assert!(!running.contains(item), "{item} is worked on twice at once");
            running.push(item.clone());
            drop(running);
            seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let begun = tokio::time::Instant::now();
            while begun.elapsed() < Duration::from_millis(20) {
                std::thread::yield_now();
            }
            now.fetch_sub(1, Ordering::SeqCst);
            twice.lock().unwrap().retain(|other| other != item);
            Ok(())
        },
    };
    let monitor = rig.run_queue(many);
    rig.change(|state| (0..12).for_each(|n| crate::engine::rig::put(state, &n.to_string(), "")));
    rig.change(|state| (0..12).for_each(|n| crate::engine::rig::put(state, &n.to_string(), "again")));
    until("all runs", || monitor.metrics()["test.Many"].runs >= 12 && monitor.is_quiet()).await;
    assert_eq!(monitor.metrics()["test.Many"].panics, 0);
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

async fn an_item_can_ask_to_be_looked_at_again(rig: Rig) {
    const LATER: Declaration = Declaration {
        name: "test.Later",
        inputs: &[primary::<Note>(NS)],
        outputs: &[exclusive::<Count>()],
    };
    let later = Items {
        declaration: &LATER,
        concurrency: 1,
        map: |_: &Key| Vec::new(),
        reconcile: |cx: &mut Context<'_>, item: &Key| {
            let before = cx.get::<Count>(NS, &item.id)?.map_or(0, |count| count.spec.count);
            if before < 3 {
                cx.put(NS, &item.id, Count { count: before + 1 })?;
                cx.requeue_after(Duration::from_millis(5));
            }
            Ok(())
        },
    };
    rig.put("a", "");
    let monitor = rig.run_queue(later);
    rig.counts(&["a=3"]).await;
    until("the last look", || monitor.metrics()["test.Later"].runs == 4).await;
}

async fn an_item_that_fails_backs_off_by_itself(rig: Rig) {
    let monitor = rig.run_queue(queue(&LENGTHS, 1));
    rig.put("bad", "fail");
    until("a failure", || monitor.metrics()["test.Lengths"].failures > 0).await;
    // The others are not held up.
    for (id, text) in [("a", "1"), ("b", "22")] {
        rig.put(id, text);
    }
    rig.counts(&["a=1", "b=2"]).await;
    let error = monitor.metrics()["test.Lengths"].last_error.clone();
    assert_eq!(error.as_deref(), Some("note bad is bad"));
    rig.put("bad", "1");
    rig.counts(&["a=1", "b=2", "bad=1"]).await;
}

async fn a_queue_has_inputs_of_its_own_and_they_are_enforced(rig: Rig) {
    const MIXED: Declaration =
        Declaration { name: "test.Mixed", inputs: &[weak::<Note>(NS)], outputs: &[] };
    const QUEUE: Declaration =
        Declaration { name: "test.Queue", inputs: &[primary::<Note>(NS)], outputs: &[] };
    let mut runtime = rig.runtime();
    let refused = runtime.register_queue(Arc::new(queue(&MIXED, 1))).unwrap_err();
    assert_eq!(refused.to_string(), "controller test.Mixed: the inputs of a queue are primary or mapped");
    let refused = runtime.register(function(&QUEUE, |_| Ok(()))).unwrap_err();
    assert_eq!(refused.to_string(), "controller test.Queue: primary and mapped inputs are for queues");
    rig.put("a", "1");
    let monitor = rig.run_queue(queue(&QUEUE, 1));
    until("the refusal", || monitor.metrics()["test.Queue"].failures > 0).await;
    let error = monitor.metrics()["test.Queue"].last_error.clone().unwrap();
    assert_eq!(error, format!("controller test.Queue writes {} in {NS} without declaring it", Count::TYPE));
}

}

const LENGTHS: Declaration = Declaration {
    name: "test.Lengths",
    inputs: &[primary::<Note>(NS), mapped_destroy_ready::<Count>(NS)],
    outputs: &[exclusive::<Count>()],
};

/// The same as a queue, every note of its own name.
fn queue(declaration: &'static Declaration, concurrency: usize) -> impl QueueController {
    struct Lengths(&'static Declaration, usize);
    impl QueueController for Lengths {
        fn declaration(&self) -> &'static Declaration {
            self.0
        }

        fn concurrency(&self) -> usize {
            self.1
        }

        fn reconcile(&self, cx: &mut Context<'_>, item: &Key) -> Result<(), BoxError> {
            let Some(note) = cx.get::<Note>(NS, &item.id)? else { return Ok(()) };
            cx.transform_one(&note, (NS, &item.id), |note| match note.spec.text.as_str() {
                "fail" => Err(format!("note {} is bad", note.id()).into()),
                _ => Ok(Some(length(note))),
            })
        }
    }
    Lengths(declaration, concurrency)
}
