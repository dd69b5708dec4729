//! Two hundred controllers over 5,000 resources: registered, started, and awaited until nothing is left to do.
//!
//! In the first form each has 25 resources of its own and writes one for each of them, as most controllers of a node do.
//! In the second each reads all resources and writes one, so that the work is 200 lists of 5,000.

use std::{sync::Arc, time::Duration};

use cosi::{
    BoxError, Context, Controller, Declaration, Object, Output, Runtime, State, SystemClock,
    shared, weak,
};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};

use crate::{
    measure::{Failure, Measures, median, nanos},
    pair::{NAMESPACE, Pair, Two, ids},
};

/// Controllers.
const CONTROLLERS: usize = 200;

/// Resources that they read.
const RESOURCES: usize = 5_000;

/// Starts, of which the median counts.
const ROUNDS: usize = 11;

/// Longest wait until all is quiet.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the controllers write.
const TARGET: &str = "target";

const OUTPUTS: &[Output] = &[shared::<Pair>()];

/// What a controller writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// One resource for each that it reads, which are its own.
    Each,
    /// One resource, of all that there are.
    All,
}

struct Worker {
    declaration: &'static Declaration,
    source: &'static str,
    form: Form,
}

impl Controller for Worker {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let pairs = cx.list::<Pair>(self.source)?;
        match self.form {
            Form::Each => {
                for pair in pairs {
                    cx.put(TARGET, pair.id(), Pair::new(&pair.spec.first, ""))?;
                }
            }
            Form::All => {
                let sum = Pair::new(&pairs.len().to_string(), "");
                cx.put(TARGET, self.declaration.name, sum)?;
            }
        }
        Ok(())
    }
}

/// Milliseconds from the first registration until all is quiet.
pub(crate) async fn measure(measures: &mut Measures) -> Result<(), Failure> {
    for (name, form) in [("start", Form::Each), ("start_all", Form::All)] {
        let sources: Vec<_> = (0..CONTROLLERS).map(|number| source(form, number)).collect();
        let declarations: Vec<_> = sources.iter().enumerate().map(declaration).collect();
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let workers = declarations.iter().zip(&sources);
            let workers =
                workers.map(|(&declaration, &source)| Worker { declaration, source, form });
            times.push(timeout(PATIENCE, round(form, &sources, workers.collect())).await??);
        }
        measures.add(name, median(times));
    }
    Ok(())
}

async fn round(form: Form, sources: &[&'static str], workers: Vec<Worker>) -> Result<f64, Failure> {
    let state = State::new(Arc::new(SystemClock));
    for (id, source) in ids().into_iter().take(RESOURCES).zip(sources.iter().cycle()) {
        drop(state.create(Object::new(*source, id, Pair::new("first", "second")), "")?);
    }
    let begun = Instant::now();
    let mut runtime = Runtime::local(state.clone());
    for worker in workers {
        runtime.register(Box::new(worker))?;
    }
    let monitor = runtime.monitor();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(runtime.run(async { drop(stopped.await) }));
    while !monitor.is_quiet() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let time = nanos(begun.elapsed(), 1) / 1e6;
    let written = state.list_in::<Pair>(TARGET)?;
    match form {
        Form::Each => assert_eq!(written.len(), RESOURCES, "one for each"),
        Form::All => {
            assert_eq!(written.len(), CONTROLLERS, "one of each controller");
            assert!(written.iter().all(|sum| *sum.spec.first == *RESOURCES.to_string()), "of all");
        }
    }
    drop(stop);
    running.await?;
    Ok(time)
}

/// Declarations and their namespaces are constants of a program; these are made once and stay as long.
fn source(form: Form, number: usize) -> &'static str {
    match form {
        Form::Each => Box::leak(format!("source-{number:03}").into_boxed_str()),
        Form::All => NAMESPACE,
    }
}

fn declaration((number, source): (usize, &&'static str)) -> &'static Declaration {
    let name = Box::leak(format!("bench.Worker{number:03}").into_boxed_str());
    let inputs = Box::leak(Box::new([weak::<Pair>(source)]));
    Box::leak(Box::new(Declaration { name, inputs, outputs: OUTPUTS }))
}
