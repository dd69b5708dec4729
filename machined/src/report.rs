//! What machined tells about itself and its services, as events, resources and text.

use std::error::Error;

use api::machine::{ServiceHealth, ServiceStateEvent, service_state_event::Action};
use cosi::State;
use linux::time::Clock;
use prost::Message;
use resources::namespace;
use resources::runtime::ServicePid;
use resources::v1alpha1::Service;

use crate::events::Events;
use crate::service::supervisor::Tell;
use crate::service::{Health, Phase, View};

/// The owner of the `Services` resources.
const OWNER: &str = "v1alpha1.Service";

/// An error and its causes, joined by `: `.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Wall-clock time of a moment given as time since boot.
pub(crate) fn timestamp(since_boot: std::time::Duration) -> prost_types::Timestamp {
    let ago = linux::time::now(Clock::Boot).saturating_sub(since_boot);
    let time = linux::time::now(Clock::Realtime).saturating_sub(ago);
    prost_types::Timestamp {
        seconds: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(time.subsec_nanos()).unwrap_or(0),
    }
}

/// The health of a service as clients see it.
pub(crate) fn health(view: &View) -> ServiceHealth {
    ServiceHealth {
        unknown: view.health == Health::Unknown,
        healthy: view.health == Health::Healthy,
        last_message: view.health_message.clone(),
        last_change: Some(timestamp(view.health_changed)),
    }
}

/// Tells each change of a service as an event and as a resource.
pub(crate) fn services(state: State, events: Events) -> Tell {
    Box::new(move |view| {
        let event = ServiceStateEvent {
            service: view.id.clone(),
            action: action(view.phase).into(),
            message: view.records.last().map(|record| record.message.clone()).unwrap_or_default(),
            health: Some(health(view)),
        };
        events.publish("machine.ServiceStateEvent", event.encode_to_vec(), "");
        let service = Service {
            running: view.phase == Phase::Running,
            healthy: view.health == Health::Healthy,
            unknown: view.health == Health::Unknown,
        };
        if let Err(error) = state.put(namespace::RUNTIME, view.id.as_str(), OWNER, service) {
            tracing::error!("service {}: store its state: {error}", view.id);
        }
        if let Some(pid) = view.pid.and_then(|pid| i32::try_from(pid).ok()) {
            let id = view.id.as_str();
            if let Err(error) = state.put(namespace::RUNTIME, id, OWNER, process(pid)) {
                tracing::error!("service {id}: store its process id: {error}");
            }
        }
    })
}

/// A process and the mount namespace that it sees.
fn process(pid: i32) -> ServicePid {
    let namespace = std::fs::read_link(format!("/proc/{pid}/ns/mnt")).unwrap_or_default();
    ServicePid { pid, mount_namespace: namespace.to_string_lossy().into_owned() }
}

fn action(phase: Phase) -> Action {
    match phase {
        Phase::Initialized => Action::Initialized,
        Phase::Waiting => Action::Waiting,
        Phase::Running => Action::Running,
        Phase::Stopping => Action::Stopping,
        Phase::Finished => Action::Finished,
        Phase::Failed => Action::Failed,
        Phase::Starting => Action::Starting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("read the file")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn causes_are_joined() {
        let error = Outer(std::io::Error::other("no such device"));
        assert_eq!(chain(&error), "read the file: no such device");
    }
}
