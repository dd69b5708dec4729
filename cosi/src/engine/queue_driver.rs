//! A queue controller in motion: what happens to its inputs becomes jobs, each of which is run by itself.
//!
//! [`QueueDriver::take`] and [`QueueDriver::run`] are synchronous, so that whoever drives it chooses the order and the threads.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    context::{Context, Hold, Wish, Written},
    declaration::{Declaration, Strength},
    driver::{BoxError, guarded, subscribe},
    gauge::Gauge,
    queue::{End, Queue, Turn},
    store::Store,
};
use crate::{
    collection::Subscription,
    error::{Error, Key},
    watch::{Change, Watch, WatchRequest},
};

/// Makes resources what they should be, one item at a time; for kinds of which there are thousands.
///
/// The items are the resources of the primary inputs. An item is never worked on twice at once, and backs off by itself.
pub trait QueueController: Send + Sync + 'static {
    /// The name, the inputs and the outputs.
    fn declaration(&self) -> &'static Declaration;

    /// Most items that are worked on at the same time.
    fn concurrency(&self) -> usize {
        1
    }

    /// The items that a change of this resource, of a mapped input, concerns. It may be gone.
    ///
    /// The resource of the same name is the item unless said otherwise: right for the output of a one-to-one transform.
    ///
    /// # Errors
    /// What could not be found out; it is tried again, later each time.
    fn map(&self, cx: &mut Context<'_>, changed: &Key) -> Result<Vec<Key>, BoxError> {
        let _ = cx;
        let primary = self.declaration().inputs.iter().filter(|i| i.strength == Strength::Primary);
        Ok(primary.map(|input| Key::new(input.namespace, input.kind, &changed.id)).collect())
    }

    /// Looks at one item, which may be gone, and takes the steps that are needed; synchronous and short.
    ///
    /// Called at the start, after each change of the item, and for what `map` returned; not once per change.
    ///
    /// # Errors
    /// What could not be done; it is tried again, later each time, or soon after something changes.
    fn reconcile(&self, cx: &mut Context<'_>, item: &Key) -> Result<(), BoxError>;
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Item(item) => write!(f, "reconciles {}", item.id),
            Self::Map(changed) => write!(f, "maps {}", changed.id),
        }
    }
}

/// Something to do for a queue controller.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Job {
    /// Reconcile an item.
    Item(Key),
    /// Find out which items a changed resource concerns.
    Map(Key),
}

/// A queue controller and what it needs to run.
pub(crate) struct QueueDriver {
    controller: Arc<dyn QueueController>,
    store: Arc<dyn Store>,
    gauge: Arc<Gauge>,
    line: Mutex<Line>,
    written: Written,
    _inputs: Vec<Subscription>,
}

struct Line {
    queue: Queue<Job>,
    /// One per input, in the order of the declaration.
    watches: Vec<Option<Watch>>,
    epoch: u64,
}

impl QueueDriver {
    /// Subscribes to the inputs; everything that is there becomes a job.
    pub(crate) fn start(
        controller: Arc<dyn QueueController>,
        store: Arc<dyn Store>,
        gauge: Arc<Gauge>,
    ) -> Self {
        let declaration = controller.declaration();
        let inputs = subscribe(declaration, &*store, &gauge.signal);
        let watches = declaration.inputs.iter().map(|_| None).collect();
        let line = Mutex::new(Line { queue: Queue::default(), watches, epoch: store.epoch() });
        Self { controller, store, gauge, line, written: Written::default(), _inputs: inputs }
    }

    /// Most jobs at the same time.
    pub(crate) fn concurrency(&self) -> usize {
        self.controller.concurrency().max(1)
    }

    /// Wakes when there may be something to take.
    pub(crate) fn gauge(&self) -> &Gauge {
        &self.gauge
    }

    /// Looks at what happened, and hands out what is to be done.
    pub(crate) fn take(&self, now: Instant) -> Turn<Job> {
        let mut line = self.line();
        let _ = self.gauge.begin();
        if let Err(error) = self.feed(&mut line, now) {
            tracing::error!(controller = self.controller.declaration().name, %error, "watch");
        }
        let turn = line.queue.take(now);
        self.gauge.set_running(!line.queue.is_idle());
        turn
    }

    /// Whether a job that failed waits to be tried again.
    pub(crate) fn is_retrying(&self) -> bool {
        self.line().queue.is_retrying()
    }

    /// Does a job that was handed out; `clock` tells when it is done.
    pub(crate) fn run(&self, job: Job, waited: Duration, clock: impl Fn() -> Instant) {
        let begun = Instant::now();
        let declaration = self.controller.declaration();
        let owner = declaration.name.into();
        let mut hold = Hold::of_queue(&self.written);
        let mut cx = Context {
            declaration,
            store: &*self.store,
            owner: &owner,
            signal: &self.gauge.signal,
            hold: &mut hold,
            touched: None,
            wish: Wish::default(),
        };
        let ended = guarded(|| match &job {
            Job::Item(item) => self.controller.reconcile(&mut cx, item).map(|()| Vec::new()),
            Job::Map(changed) => self.controller.map(&mut cx, changed),
        });
        let wish = cx.wish;
        let now = clock();
        let mut line = self.line();
        let end = match &ended {
            Ok(_) => End::Done(wish.requeue),
            Err(_) => End::Failed { reset: wish.reset_backoff },
        };
        let retry = line.queue.end(job.clone(), end, now);
        let failure = match ended {
            Ok(items) => {
                items.into_iter().for_each(|item| line.queue.push(Job::Item(item), now));
                None
            }
            Err(failure) => {
                tracing::warn!(controller = declaration.name, ?job, ?retry, "{failure}");
                Some(failure)
            }
        };
        self.gauge.record(failure, begun.elapsed(), waited);
        self.gauge.set_running(!line.queue.is_idle());
    }

    /// Turns what happened to the inputs into jobs.
    fn feed(&self, line: &mut Line, now: Instant) -> Result<(), Error> {
        let Line { queue, watches, epoch } = line;
        // What was written into a store that forgot must be written again.
        let current = self.store.epoch();
        if std::mem::replace(epoch, current) != current {
            watches.fill_with(|| None);
        }
        for (input, slot) in self.controller.declaration().inputs.iter().zip(watches) {
            loop {
                let watch = match slot {
                    Some(watch) => watch,
                    None => {
                        let request = WatchRequest::kind(input.namespace, input.kind);
                        let request = match input.id {
                            Some(id) => request.id(id),
                            None => request.contents(),
                        };
                        slot.insert(self.store.watch(request)?)
                    }
                };
                let Some(events) = watch.take() else {
                    // It fell behind: everything may have changed.
                    *slot = None;
                    continue;
                };
                if events.is_empty() {
                    break;
                }
                for event in events {
                    if let Some(job) = job(input.strength, &event.change) {
                        queue.push(job, now);
                    }
                }
            }
        }
        Ok(())
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a change of an input gives to do.
fn job(strength: Strength, change: &Change) -> Option<Job> {
    let metadata = change.object()?.metadata();
    let key = || Key::new(metadata.namespace(), metadata.kind(), metadata.id());
    match strength {
        Strength::Primary => Some(Job::Item(key())),
        Strength::MappedDestroyReady => {
            let ready = metadata.is_destroy_ready() && !matches!(change, Change::Destroyed(_));
            ready.then(|| Job::Map(key()))
        }
        _ => Some(Job::Map(key())),
    }
}

impl fmt::Debug for QueueDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QueueDriver({})", self.controller.declaration().name)
    }
}
