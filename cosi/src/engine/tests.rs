//! Controllers at work: beside the store, and at the other end of a socket.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{sync::mpsc, time::Instant};

use super::{
    BoxError, Context, Controller, Declaration, Monitor, Runtime, Waker, destroy_ready, exclusive,
    shared, strong, weak,
};
use crate::{
    grpc::AllowAll,
    object::Object,
    spec::Spec,
    state::State,
    testing::{Count, Note, Served, state},
};

const NS: &str = Note::NAMESPACE;

/// Longer than anything takes that is going to happen.
const LONG: Duration = Duration::from_secs(20);

/// A controller made of a function.
struct Function<F> {
    declaration: &'static Declaration,
    waker: Option<mpsc::UnboundedSender<Waker>>,
    reconcile: F,
}

impl<F: FnMut(&mut Context<'_>) -> Result<(), BoxError> + Send + 'static> Controller
    for Function<F>
{
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    fn start(&mut self, waker: Waker) {
        if let Some(sender) = &self.waker {
            sender.send(waker).unwrap();
        }
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        (self.reconcile)(cx)
    }
}

fn function<F>(declaration: &'static Declaration, reconcile: F) -> Box<Function<F>>
where
    F: FnMut(&mut Context<'_>) -> Result<(), BoxError> + Send + 'static,
{
    Box::new(Function { declaration, waker: None, reconcile })
}

/// Runs the controllers in the background until the returned monitor's task is aborted with the test's runtime.
fn run(mut runtime: Runtime, controllers: Vec<Box<dyn Controller>>) -> Monitor {
    for controller in controllers {
        runtime.register(controller).unwrap();
    }
    let monitor = runtime.monitor();
    tokio::spawn(runtime.run(std::future::pending()));
    monitor
}

/// Waits until `holds`, in real or in paused time.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + LONG;
    while !holds() {
        assert!(Instant::now() < deadline, "{what} does not happen");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn quiet(monitor: &Monitor) {
    until("quiet", || monitor.is_quiet()).await;
}

fn put(state: &State, id: &str, text: &str) {
    state.put(NS, id, "", Note::new("", text)).unwrap();
}

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

/// Holds counts while they run, and lets them go when they are torn down and `may_release` says so.
const HOLDER: Declaration =
    Declaration { name: "test.Holder", inputs: &[strong::<Count>(NS)], outputs: &[] };

fn holder(release: Arc<AtomicUsize>) -> Box<dyn Controller> {
    function(&HOLDER, move |cx| {
        for count in cx.list::<Count>(NS)? {
            if !count.metadata.is_tearing_down() {
                cx.add_finalizer::<Count>(NS, count.id())?;
            } else if release.load(Ordering::SeqCst) > 0 {
                cx.remove_finalizer::<Count>(NS, count.id())?;
            }
        }
        Ok(())
    })
}

/// The counts as `id=count`, torn down ones with a cross.
fn counts(state: &State) -> Vec<String> {
    let counts = state.list_as::<Count>().unwrap();
    let mark = |down| if down { "x" } else { "" };
    counts
        .iter()
        .map(|c| format!("{}={}{}", c.id(), c.spec.count, mark(c.metadata.is_tearing_down())))
        .collect()
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

#[tokio::test]
async fn leftovers_go_through_the_teardown_protocol() {
    let state = state();
    let release = Arc::new(AtomicUsize::new(0));
    put(&state, "a", "1");
    put(&state, "b", "2");
    let controllers = vec![counter(), holder(Arc::clone(&release))];
    let monitor = run(Runtime::local(state.clone()), controllers);
    quiet(&monitor).await;
    state.destroy(NS, Note::TYPE, "a", "").unwrap();
    quiet(&monitor).await;
    assert_eq!(counts(&state), ["a=1x", "b=1"], "torn down, but held");
    // Wanted again with another value while it is held: it must go before it can come back.
    put(&state, "a", "12345");
    quiet(&monitor).await;
    assert_eq!(counts(&state), ["a=1x", "b=1"]);
    release.store(1, Ordering::SeqCst);
    put(&state, "b", "22");
    quiet(&monitor).await;
    assert_eq!(counts(&state), ["a=5", "b=2"]);
    let again = state.get_as::<Count>("a").unwrap().unwrap();
    assert_eq!(again.metadata.finalizers(), ["test.Holder"], "a new one, held anew");
}

#[tokio::test]
async fn others_resources_are_left_alone() {
    const ONE: Declaration =
        Declaration { name: "test.One", inputs: &[], outputs: &[shared::<Count>()] };
    const TWO: Declaration =
        Declaration { name: "test.Two", inputs: &[], outputs: &[shared::<Count>()] };
    const THIEF: Declaration =
        Declaration { name: "test.Thief", inputs: &[], outputs: &[shared::<Count>()] };
    let state = state();
    let one = function(&ONE, |cx| Ok(cx.converge(NS, [("one", Count { count: 1 })])?));
    let two = function(&TWO, |cx| Ok(cx.converge(NS, [("two", Count { count: 2 })])?));
    let monitor = run(Runtime::local(state.clone()), vec![one, two]);
    quiet(&monitor).await;
    assert_eq!(counts(&state), ["one=1", "two=2"]);
    let thief = function(&THIEF, |cx| {
        Ok(cx.converge(NS, [("one", Count { count: 3 }), ("three", Count { count: 3 })])?)
    });
    let monitor = run(Runtime::local(state.clone()), vec![thief]);
    quiet(&monitor).await;
    assert_eq!(counts(&state), ["one=1", "three=3", "two=2"], "goes on after a refusal");
    let error = monitor.metrics()["test.Thief"].last_error.clone().unwrap();
    let key = format!("{NS}/{}/one", Count::TYPE);
    assert_eq!(error, format!("resource {key} is owned by \"test.One\", not by \"test.Thief\""));
}

#[tokio::test]
async fn what_is_not_declared_is_refused_by_name() {
    const NOSY: Declaration = Declaration {
        name: "test.Nosy",
        inputs: &[weak::<Note>(NS).id("mine"), destroy_ready::<Count>("elsewhere")],
        outputs: &[],
    };
    let state = state();
    let (sender, mut refusals) = mpsc::unbounded_channel();
    let nosy = function(&NOSY, move |cx| {
        cx.get::<Note>(NS, "mine")?;
        cx.list::<Count>("elsewhere")?;
        for refused in [
            cx.list::<Note>(NS).map(drop),
            cx.get::<Note>(NS, "yours").map(drop),
            cx.get::<Note>("elsewhere", "mine").map(drop),
            cx.put(NS, "a", Count { count: 1 }),
            cx.remove::<Note>(NS, "mine").map(drop),
            cx.add_finalizer::<Note>(NS, "mine"),
            cx.remove_finalizer::<Count>("elsewhere", "a"),
        ] {
            sender.send(refused.unwrap_err().to_string())?;
        }
        Ok(())
    });
    quiet(&run(Runtime::local(state), vec![nosy])).await;
    let mut next = || refusals.try_recv().unwrap();
    let notes =
        |verb| format!("controller test.Nosy {verb} {} in {NS} without declaring it", Note::TYPE);
    assert_eq!(next(), notes("reads"));
    assert_eq!(next(), notes("reads"));
    assert!(next().contains("in elsewhere"));
    assert!(next().contains(Count::TYPE));
    assert_eq!(next(), notes("writes"));
    assert_eq!(next(), notes("holds"));
    assert!(next().contains("holds"));
}

#[tokio::test]
async fn a_destroy_ready_input_wakes_only_then() {
    const REAPER: Declaration =
        Declaration { name: "test.Reaper", inputs: &[destroy_ready::<Note>(NS)], outputs: &[] };
    let state = state();
    let reaper = function(&REAPER, |_| Ok(()));
    let monitor = run(Runtime::local(state.clone()), vec![reaper]);
    quiet(&monitor).await;
    let runs = || monitor.metrics()["test.Reaper"].runs;
    put(&state, "a", "1");
    put(&state, "a", "2");
    state.add_finalizer(NS, Note::TYPE, "a", "f").unwrap();
    state.teardown(NS, Note::TYPE, "a", "").unwrap();
    quiet(&monitor).await;
    assert_eq!(runs(), 1);
    state.remove_finalizer(NS, Note::TYPE, "a", "f").unwrap();
    quiet(&monitor).await;
    assert_eq!(runs(), 2);
    state.destroy(NS, Note::TYPE, "a", "").unwrap();
    quiet(&monitor).await;
    assert_eq!(runs(), 2);
}

#[tokio::test]
async fn an_input_of_one_resource_is_woken_by_that_alone() {
    const ONE: Declaration =
        Declaration { name: "test.One", inputs: &[weak::<Note>(NS).id("mine")], outputs: &[] };
    let state = state();
    let monitor = run(Runtime::local(state.clone()), vec![function(&ONE, |_| Ok(()))]);
    quiet(&monitor).await;
    put(&state, "yours", "1");
    quiet(&monitor).await;
    assert_eq!(monitor.metrics()["test.One"].runs, 1);
    put(&state, "mine", "1");
    quiet(&monitor).await;
    assert_eq!(monitor.metrics()["test.One"].runs, 2);
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
async fn a_holder_at_a_distance_takes_part_in_the_teardown() {
    let state = state();
    let served = Served::new(state.clone(), AllowAll);
    put(&state, "a", "1");
    let release = Arc::new(AtomicUsize::new(0));
    let near = run(Runtime::local(state.clone()), vec![counter()]);
    let far = vec![holder(Arc::clone(&release))];
    let _far = run(Runtime::remote(served.client()), far);
    let held = || {
        let count = state.get_as::<Count>("a").unwrap();
        count.is_some_and(|count| count.metadata.has_finalizer("test.Holder"))
    };
    until("the hold", held).await;
    put(&state, "a", "");
    quiet(&near).await;
    assert_eq!(counts(&state), ["a=1x"]);
    release.store(1, Ordering::SeqCst);
    put(&state, "b", "1");
    until("the release", || counts(&state) == ["b=1"]).await;
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
