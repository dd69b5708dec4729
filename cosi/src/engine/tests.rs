//! Controllers at work: beside the store, and at the other end of a socket.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{sync::mpsc, time::Instant};

use super::{
    BoxError, Context, Controller, Declaration, Monitor, Runtime, exclusive, primary,
    rig::{Function, Items, NS, counts, function, put, quiet, run, until},
    weak,
};
use crate::{
    error::Key,
    grpc::AllowAll,
    object::Object,
    spec::Spec,
    state::State,
    testing::{Count, Note, Served, state},
    time::ManualClock,
};

/// Writes one count per note: the length of its text. Notes without text have none.
const COUNTER: Declaration = Declaration {
    name: "test.Counter",
    inputs: &[weak::<Note>(NS)],
    outputs: &[exclusive::<Count>()],
};

fn counter() -> Box<dyn Controller> {
    function(&COUNTER, |cx| {
        let notes = cx.list::<Note>(NS)?;
        let notes = notes.iter().filter(|note| !note.spec.text.is_empty());
        let counts = notes.map(|n| (n.id().clone(), Count { count: n.spec.text.len() as u64 }));
        Ok(cx.converge(NS, counts)?)
    })
}

#[tokio::test]
async fn runs_at_the_start_and_after_each_change() {
    let state = state();
    put(&state, "a", "1");
    let monitor = run(Runtime::local(state.clone()), vec![counter()]);
    quiet(&monitor).await;
    assert_eq!(counts(&state), ["a=1"]);
    put(&state, "b", "12");
    quiet(&monitor).await;
    assert_eq!(counts(&state), ["a=1", "b=2"]);
    let count = state.get_as::<Count>("b").unwrap().unwrap();
    assert_eq!(count.metadata.owner(), "test.Counter");
    state.destroy(NS, Note::TYPE, "a", "").unwrap();
    put(&state, "b", "123");
    quiet(&monitor).await;
    assert_eq!(counts(&state), ["b=3"]);
}

#[tokio::test]
async fn wakeups_coalesce_and_nothing_is_written_twice() {
    let state = state();
    let monitor = run(Runtime::local(state.clone()), vec![counter()]);
    quiet(&monitor).await;
    for number in 0..1000 {
        put(&state, "a", &"x".repeat(number % 7 + 1));
    }
    quiet(&monitor).await;
    let metrics = &monitor.metrics()["test.Counter"];
    assert_eq!((metrics.runs, metrics.failures), (2, 0), "one thread: no run until we wait");
    put(&state, "unrelated", "");
    quiet(&monitor).await;
    let count = state.get_as::<Count>("a").unwrap().unwrap();
    assert_eq!(count.metadata.version().to_string(), "1");
}

/// Fails as often as it is told to, in error or in panic, and notes when it ran.
const FAILING: Declaration =
    Declaration { name: "test.Failing", inputs: &[weak::<Note>(NS)], outputs: &[] };

fn failing(
    failures: usize,
    fail: impl Fn(&mut Context<'_>) -> Result<(), BoxError> + Send + 'static,
) -> (Box<dyn Controller>, mpsc::UnboundedReceiver<Duration>) {
    let (sender, ran) = mpsc::unbounded_channel();
    let (begun, mut left) = (Instant::now(), failures);
    let controller = function(&FAILING, move |cx| {
        sender.send(begun.elapsed())?;
        if left == 0 {
            return Ok(());
        }
        left -= 1;
        fail(cx)
    });
    (controller, ran)
}

fn milliseconds(ran: &mut mpsc::UnboundedReceiver<Duration>) -> Vec<u128> {
    std::iter::from_fn(|| ran.try_recv().ok()).map(|at| at.as_millis()).collect()
}

#[tokio::test(start_paused = true)]
async fn failures_back_off_until_a_success() {
    let state = state();
    let (controller, mut ran) = failing(4, |_| Err("out of order".into()));
    let monitor = run(Runtime::local(state.clone()), vec![controller]);
    tokio::time::sleep(Duration::from_secs(60)).await;
    // The clock of timers is whole milliseconds, rounded up.
    assert_eq!(rounded(&mut ran), [0, 100, 300, 700, 1500]);
    let metrics = monitor.metrics()["test.Failing"].clone();
    assert_eq!((metrics.runs, metrics.failures, metrics.panics), (5, 4, 0));
    assert_eq!(metrics.last_error.as_deref(), Some("out of order"));
}

/// Times rounded down to hundredths of a second.
fn rounded(ran: &mut mpsc::UnboundedReceiver<Duration>) -> Vec<u128> {
    milliseconds(ran).into_iter().map(|at| at / 10 * 10).collect()
}

#[tokio::test(start_paused = true)]
async fn a_panic_stops_at_the_controller() {
    let state = state();
    put(&state, "a", "1");
    let (controller, mut ran) = failing(2, |_| panic!("lost my mind"));
    let monitor = run(Runtime::local(state.clone()), vec![controller, counter()]);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(rounded(&mut ran), [0, 100, 300]);
    let metrics = monitor.metrics()["test.Failing"].clone();
    assert_eq!((metrics.runs, metrics.failures, metrics.panics), (3, 2, 2));
    assert_eq!(metrics.last_error.as_deref(), Some("panic: lost my mind"));
    assert_eq!(counts(&state), ["a=1"], "the others go on");
}

#[tokio::test(start_paused = true)]
async fn new_facts_shorten_the_backoff_but_not_to_nothing() {
    let state = state();
    let (controller, mut ran) = failing(usize::MAX, |_| Err("out of order".into()));
    let _monitor = run(Runtime::local(state.clone()), vec![controller]);
    tokio::time::sleep(Duration::from_secs(5)).await;
    drop(milliseconds(&mut ran));
    // The last attempt was at 3.1 s, the next would be at 6.3 s.
    put(&state, "a", "1");
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(rounded(&mut ran), [5000]);
    put(&state, "a", "2");
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(rounded(&mut ran), [5100]);
}

#[tokio::test(start_paused = true)]
async fn a_controller_can_reset_its_backoff() {
    let (controller, mut ran) = failing(4, |cx| {
        cx.reset_backoff();
        Err("out of order".into())
    });
    let _monitor = run(Runtime::local(state()), vec![controller]);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(rounded(&mut ran), [0, 100, 200, 300, 400]);
}

#[tokio::test(start_paused = true)]
async fn requeue_runs_again_once_and_the_shortest_counts() {
    let (sender, mut ran) = mpsc::unbounded_channel();
    let begun = Instant::now();
    let mut first = true;
    let controller = function(&FAILING, move |cx| {
        sender.send(begun.elapsed())?;
        if std::mem::take(&mut first) {
            cx.requeue_after(Duration::from_secs(9));
            cx.requeue_after(Duration::from_secs(2));
            cx.requeue_after(Duration::from_secs(5));
        }
        Ok(())
    });
    let _monitor = run(Runtime::local(state()), vec![controller]);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(rounded(&mut ran), [0, 2000]);
}

#[tokio::test]
async fn the_outside_wakes_through_the_waker() {
    let (sender, mut wakers) = mpsc::unbounded_channel();
    let controller = Box::new(Function {
        declaration: &COUNTER,
        waker: Some(sender),
        reconcile: |_: &mut Context<'_>| Ok(()),
    });
    let monitor = run(Runtime::local(state()), vec![controller]);
    quiet(&monitor).await;
    let waker = wakers.try_recv().unwrap();
    waker.wake();
    waker.wake();
    quiet(&monitor).await;
    assert_eq!(monitor.metrics()["test.Counter"].runs, 2);
}

#[tokio::test]
async fn shutdown_ends_the_run() {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let mut runtime = Runtime::local(state());
    runtime.register(counter()).unwrap();
    let run = tokio::spawn(runtime.run(async { drop(stopped.await) }));
    stop.send(()).unwrap();
    run.await.unwrap();
}

/// Runs `case` with a store behind a socket and the counter at the other end.
async fn at_a_distance<F: Future<Output = ()>>(case: impl FnOnce(State, Served, Monitor) -> F) {
    let state = state();
    put(&state, "a", "1");
    let served = Served::new(state.clone(), AllowAll);
    let monitor = run(Runtime::remote(served.client()), vec![counter()]);
    until("the first count", || counts(&state) == ["a=1"]).await;
    case(state, served, monitor).await;
}

#[tokio::test]
async fn a_controller_runs_at_a_distance_by_the_same_code() {
    at_a_distance(|state, served, monitor| async move {
        put(&state, "b", "22");
        until("the second count", || counts(&state) == ["a=1", "b=2"]).await;
        state.destroy(NS, Note::TYPE, "a", "").unwrap();
        put(&state, "b", "");
        put(&state, "c", "333");
        until("both changes", || counts(&state) == ["c=3"]).await;
        quiet(&monitor).await;
        let metrics = monitor.metrics()["test.Counter"].clone();
        assert_eq!((metrics.failures, metrics.last_error), (0, None));
        drop(served);
    })
    .await;
}

#[tokio::test]
async fn a_break_of_the_connection_loses_nothing() {
    at_a_distance(|state, mut served, _monitor| async move {
        for round in 2..8 {
            served.kill();
            put(&state, "a", &"x".repeat(round));
            served.start(state.clone(), AllowAll);
            until("the change", || counts(&state) == [format!("a={round}")]).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_restart_of_the_store_is_filled_again() {
    at_a_distance(|_, mut served, _monitor| async move {
        served.kill();
        let fresh = state();
        put(&fresh, "a", "1");
        put(&fresh, "b", "22");
        let stale = Object::new(NS, "stale", Count { count: 9 });
        fresh.create(stale, "test.Counter").unwrap();
        served.start(fresh.clone(), AllowAll);
        until("the same again", || counts(&fresh) == ["a=1", "b=2"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_queue_fills_a_store_that_forgot_even_if_its_items_are_the_same() {
    const QUEUE: Declaration = Declaration {
        name: "test.Queue",
        inputs: &[primary::<Note>(NS)],
        outputs: &[exclusive::<Count>()],
    };
    // Times stand still, so that nothing tells the notes of one store from those of the other.
    let begun = || {
        let state = State::new(Arc::new(ManualClock::default()));
        put(&state, "a", "1");
        put(&state, "b", "22");
        state
    };
    let mut served = Served::new(begun(), AllowAll);
    let mut runtime = Runtime::remote(served.client());
    let queue = Items {
        declaration: &QUEUE,
        concurrency: 1,
        map: |_: &Key| Vec::new(),
        reconcile: |cx: &mut Context<'_>, item: &Key| {
            let Some(note) = cx.get::<Note>(NS, &item.id)? else { return Ok(()) };
            Ok(cx.put(NS, &item.id, Count { count: note.spec.text.len() as u64 })?)
        },
    };
    runtime.register_queue(Arc::new(queue)).unwrap();
    tokio::spawn(runtime.run(std::future::pending()));
    for _ in 0..3 {
        served.kill();
        let fresh = begun();
        served.start(fresh.clone(), AllowAll);
        until("the same again", || counts(&fresh) == ["a=1", "b=2"]).await;
    }
}

#[tokio::test]
async fn at_a_distance_nothing_runs_before_the_inputs_are_known() {
    let state = state();
    put(&state, "a", "1");
    // As an earlier life of this process left it.
    state.create(Object::new(NS, "a", Count { count: 1 }), "test.Counter").unwrap();
    let mut served = Served::new(state.clone(), AllowAll);
    served.kill();
    let monitor = run(Runtime::remote(served.client()), vec![counter()]);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(monitor.metrics()["test.Counter"].runs, 0);
    served.start(state.clone(), AllowAll);
    until("the first run", || monitor.metrics()["test.Counter"].runs > 0).await;
    let count = state.get_as::<Count>("a").unwrap().unwrap();
    assert_eq!(count.metadata.version().to_string(), "1", "it was right already");
}
