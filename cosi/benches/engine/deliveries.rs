//! One writer, a hundred watchers of the kind: each counts every event and checks the last version.
//!
//! The writer pauses after so many writes until everybody has seen them: the workload is not about being overrun.

use std::{sync::Arc, time::Duration};

use cosi::{Change, Object, State, SystemClock, UpdateOptions, Version, Watch, WatchRequest};
use tokio::{sync::mpsc, task::JoinSet, time::timeout};

use crate::{
    measure::{Failure, Measures, processor_seconds, resident},
    pair::{COUNT, Pair, Two, ids, resource},
};

/// Watchers of the kind.
pub(crate) const WATCHERS: usize = 100;

/// Writes between two pauses: half of what the store keeps for watchers who are late.
const WINDOW: usize = 512;

/// Rounds of 10,000 updates; together they are some seconds of processor time, which is counted in hundredths.
const ROUNDS: usize = 20;

/// Longest wait for the watchers of a round.
const PATIENCE: Duration = Duration::from_mins(1);

/// Millions of deliveries in a second of processor time, the writer's included.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
pub(crate) async fn measure(measures: &mut Measures) -> Result<(), Failure> {
    let before = processor_seconds()?;
    for _ in 0..ROUNDS {
        timeout(PATIENCE, round()).await??;
    }
    let spent = processor_seconds()? - before;
    measures.add("deliveries", (ROUNDS * WATCHERS * COUNT) as f64 / 1e6 / spent);
    Ok(())
}

async fn round() -> Result<(), Failure> {
    let state = State::new(Arc::new(SystemClock));
    let mut object = state.create(resource::<Pair>("watched"), "")?;
    let (caught_up, mut news) = mpsc::channel(WATCHERS);
    let mut watchers = JoinSet::new();
    for _ in 0..WATCHERS {
        let watch = state.watch(WatchRequest::of::<Pair>())?;
        watchers.spawn(follow(watch, caught_up.clone()));
    }
    let options = UpdateOptions::owner("");
    for number in 1..=COUNT {
        let mut pair = object.downcast::<Pair>()?;
        pair.edit().spec.set_second(&number.to_string());
        object = state.update(pair.into(), &options)?;
        if number % WINDOW == 0 || number == COUNT {
            for _ in 0..WATCHERS {
                news.recv().await.ok_or("the watchers are gone")?;
            }
        }
    }
    while let Some(seen) = watchers.join_next().await {
        let (count, last) = seen?;
        assert_eq!((count, last), (COUNT, object.metadata().version()), "each event, to the last");
    }
    Ok(())
}

/// Counts the events, and tells whenever all of a window are there; returns the count and the last version.
async fn follow(mut watch: Watch, caught_up: mpsc::Sender<()>) -> (usize, Version) {
    let (mut count, mut last) = (0, Version::UNDEFINED);
    while count < COUNT {
        for event in watch.next().await.unwrap_or_default() {
            let Change::Updated { new, .. } = &event.change else { return (count, last) };
            last = new.metadata().version();
            count += 1;
            if (count % WINDOW == 0 || count == COUNT) && caught_up.send(()).await.is_err() {
                return (count, last);
            }
        }
    }
    (count, last)
}

/// Resident memory, in MiB, that a store of 10,000 resources and a hundred watchers that wait adds to this process.
pub(crate) async fn memory<T: Two>(measures: &mut Measures, name: &str) -> Result<(), Failure> {
    let ids = ids();
    // What the first of everything takes is the program's, not the resources'.
    drop(populated::<T>(&ids[..1], 1)?);
    settle().await;
    let before = resident()?;
    let held = populated::<T>(&ids, WATCHERS)?;
    settle().await;
    measures.add(name, resident()? - before);
    drop(held);
    Ok(())
}

/// Lets every task run until it waits.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}

fn populated<T: Two>(ids: &[String], watchers: usize) -> Result<(State, JoinSet<()>), Failure> {
    let state = State::new(Arc::new(SystemClock));
    for id in ids {
        drop::<Object>(state.create(resource::<T>(id), "")?);
    }
    let mut tasks = JoinSet::new();
    for _ in 0..watchers {
        let mut watch = state.watch(WatchRequest::of::<T>())?;
        tasks.spawn(async move { while watch.next().await.is_some() {} });
    }
    Ok((state, tasks))
}
