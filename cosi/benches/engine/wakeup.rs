//! From a write to the controller that depends on it: how long until its reconcile is entered.

use std::{sync::Arc, time::Duration};

use cosi::{
    BoxError, Context, Controller, Declaration, Runtime, State, SystemClock, UpdateOptions, weak,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout},
};

use crate::{
    measure::{Failure, Measures, nanos, percentile},
    pair::{NAMESPACE, Pair, Two, resource},
};

/// Writes, one at a time.
const WRITES: usize = 20_000;

/// Longest wait for one wake-up.
const PATIENCE: Duration = Duration::from_secs(10);

const DECLARATION: Declaration =
    Declaration { name: "bench.Dependent", inputs: &[weak::<Pair>(NAMESPACE)], outputs: &[] };

/// Tells when it is entered.
struct Dependent(mpsc::UnboundedSender<Instant>);

impl Controller for Dependent {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, _: &mut Context<'_>) -> Result<(), BoxError> {
        Ok(self.0.send(Instant::now())?)
    }
}

/// Microseconds, median and 99th percentile.
pub(crate) async fn measure(measures: &mut Measures) -> Result<(), Failure> {
    let state = State::new(Arc::new(SystemClock));
    let mut object = state.create(resource::<Pair>("watched"), "")?;
    let (sender, mut entered) = mpsc::unbounded_channel();
    let mut runtime = Runtime::local(state.clone());
    runtime.register(Box::new(Dependent(sender)))?;
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(runtime.run(async { drop(stopped.await) }));
    timeout(PATIENCE, entered.recv()).await?.ok_or("the controller is gone")?;

    // A task of its own: the thread that waits for this function is not one of the runtime's.
    let writer = tokio::spawn(async move {
        let options = UpdateOptions::owner("");
        let mut times = Vec::with_capacity(WRITES);
        for number in 0..WRITES {
            let mut pair = object.downcast::<Pair>().map_err(|error| error.to_string())?;
            pair.edit().spec.set_second(&number.to_string());
            let begun = Instant::now();
            object = state.update(pair.into(), &options).map_err(|error| error.to_string())?;
            let at = entered.recv().await.ok_or("the controller is gone")?;
            times.push(at.saturating_duration_since(begun));
        }
        Ok::<_, String>(times)
    });
    let mut times = writer.await??;
    for percent in [50, 99] {
        measures.add(&format!("p{percent}"), nanos(percentile(&mut times, percent), 1) / 1e3);
    }
    drop(stop);
    Ok(timeout(PATIENCE, running).await??)
}
