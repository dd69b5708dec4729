//! A controller under the eyes of the simulator: how each run of it ends.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
};

use super::{
    engine::Flaw,
    shared::{Gone, Shared, Thrown},
};
use crate::{
    engine::{BoxError, Context, Controller, Declaration, QueueController, Waker, message},
    error::{Key, chain},
};

pub(super) struct Subject {
    inner: Box<dyn Controller>,
    shared: Arc<Shared>,
}

impl Subject {
    pub(super) fn new(inner: Box<dyn Controller>, shared: Arc<Shared>) -> Self {
        Self { inner, shared }
    }
}

impl Controller for Subject {
    fn declaration(&self) -> &'static Declaration {
        self.inner.declaration()
    }

    fn start(&mut self, waker: Waker) {
        self.inner.start(waker);
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let name = self.declaration().name;
        observed(&self.shared, name, || self.inner.reconcile(cx))
    }
}

pub(super) struct QueueSubject {
    inner: Arc<dyn QueueController>,
    shared: Arc<Shared>,
}

impl QueueSubject {
    pub(super) fn new(inner: Arc<dyn QueueController>, shared: Arc<Shared>) -> Self {
        Self { inner, shared }
    }
}

impl QueueController for QueueSubject {
    fn declaration(&self) -> &'static Declaration {
        self.inner.declaration()
    }

    fn concurrency(&self) -> usize {
        self.inner.concurrency()
    }

    fn map(&self, cx: &mut Context<'_>, changed: &Key) -> Result<Vec<Key>, BoxError> {
        observed(&self.shared, self.declaration().name, || self.inner.map(cx, changed))
    }

    fn reconcile(&self, cx: &mut Context<'_>, item: &Key) -> Result<(), BoxError> {
        observed(&self.shared, self.declaration().name, || self.inner.reconcile(cx, item))
    }
}

/// Runs what a controller does, to an end that the simulator may change.
fn observed<R>(
    shared: &Arc<Shared>,
    controller: &'static str,
    run: impl FnOnce() -> Result<R, BoxError>,
) -> Result<R, BoxError> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(result)) => {
            shared.end()?;
            Ok(result)
        }
        Ok(Err(error)) => {
            let text = chain(&*error);
            shared.lock().say(|| format!("fails: {text}"));
            Err(error)
        }
        Err(payload) => {
            if !payload.is::<Gone>() && !payload.is::<Thrown>() {
                let message = message(&*payload).to_owned();
                let controller = controller.to_owned();
                shared.lock().panic = Some(Flaw::Panic { controller, message });
            }
            resume_unwind(payload)
        }
    }
}
