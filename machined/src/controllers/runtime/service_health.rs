//! Passes on what services say of their own health.
//!
//! reads    `ServiceHealth` in `runtime` (weak)
//! writes   nothing
//! touches  the service supervisor
//!
//! A word outlives the process that said it, so each is passed on again whenever any service
//! changes its process: a service that is new says it itself.

use cosi::{BoxError, Context, Controller, Declaration, weak};
use resources::namespace::RUNTIME;
use resources::runtime::ServiceHealth;

use crate::service::Supervisor;

const DECLARATION: Declaration = Declaration {
    name: "runtime.ServiceHealth",
    inputs: &[weak::<ServiceHealth>(RUNTIME)],
    outputs: &[],
};

/// The controller.
#[derive(Debug)]
pub(super) struct ServiceHealthController {
    supervisor: Supervisor,
}

impl ServiceHealthController {
    /// Tells that supervisor.
    pub(super) fn new(supervisor: Supervisor) -> Self {
        Self { supervisor }
    }
}

impl Controller for ServiceHealthController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        for found in cx.list::<ServiceHealth>(RUNTIME)? {
            self.supervisor.health(found.id(), found.spec.healthy, &found.spec.message);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::logs::Logs;
    use crate::service::catalog::{APID, services};
    use crate::service::supervisor::Event;
    use types::init::{Child, Event as InitEvent};

    #[tokio::test]
    async fn the_word_of_a_service_reaches_its_record() {
        let state = cosi::State::new(Arc::new(cosi::SystemClock));
        resources::register_all(&state);
        let (init, _requests) = tokio::sync::mpsc::channel(16);
        let (supervisor, task) =
            Supervisor::new(services(), init, &Logs::default(), Duration::ZERO, Box::new(|_| {}));
        tokio::spawn(task);
        let child = Child { name: APID.to_owned(), pid: 5, start_time: 0 };
        let event = Event::Init(InitEvent::Child(child), None);
        supervisor.inbox().send(event).await.expect("the supervisor lives");
        let mut runtime = cosi::Runtime::local(state.clone());
        let controller = ServiceHealthController::new(supervisor.clone());
        runtime.register(Box::new(controller)).expect("registered");
        tokio::spawn(runtime.run(std::future::pending()));
        let word = ServiceHealth { healthy: true, message: String::new() };
        state.put(RUNTIME, APID, "apid", word).expect("stored");
        let healthy = async {
            loop {
                let views = supervisor.list();
                let apid = views.iter().find(|view| view.id == APID);
                if apid.is_some_and(|view| view.health == crate::service::Health::Healthy) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), healthy).await.expect("told in time");
    }
}
