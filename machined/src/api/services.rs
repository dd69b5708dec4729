//! Services: list them, and start, stop or restart those that allow it.

use api::machine::{
    ServiceEvent, ServiceEvents, ServiceInfo, ServiceList, ServiceListResponse, ServiceRestart,
    ServiceRestartResponse, ServiceStart, ServiceStartResponse, ServiceStop, ServiceStopResponse,
};
use tonic::{Code, Status};

use crate::report;
use crate::service::supervisor::{Refusal, Verb};
use crate::service::{Supervisor, View};

/// All services, sorted by name.
pub(super) fn list(supervisor: &Supervisor) -> ServiceListResponse {
    let services = supervisor.list().iter().map(info).collect();
    ServiceListResponse { messages: vec![ServiceList { metadata: None, services }] }
}

/// Clients follow the last event and crash without events or health: both are always there.
fn info(view: &View) -> ServiceInfo {
    let events = view.records.iter().map(|record| ServiceEvent {
        msg: record.message.clone(),
        state: record.phase.as_str().to_owned(),
        ts: Some(report::timestamp(record.at)),
    });
    ServiceInfo {
        id: view.id.clone(),
        state: view.phase.as_str().to_owned(),
        events: Some(ServiceEvents { events: events.collect() }),
        health: Some(report::health(view)),
    }
}

/// Starts a service.
pub(super) async fn start(
    supervisor: &Supervisor,
    id: &str,
) -> Result<ServiceStartResponse, Status> {
    let resp = ask(supervisor, id, Verb::Start, "started").await?;
    Ok(ServiceStartResponse { messages: vec![ServiceStart { metadata: None, resp }] })
}

/// Stops a service.
pub(super) async fn stop(supervisor: &Supervisor, id: &str) -> Result<ServiceStopResponse, Status> {
    let resp = ask(supervisor, id, Verb::Stop, "stopped").await?;
    Ok(ServiceStopResponse { messages: vec![ServiceStop { metadata: None, resp }] })
}

/// Restarts a service.
pub(super) async fn restart(
    supervisor: &Supervisor,
    id: &str,
) -> Result<ServiceRestartResponse, Status> {
    let resp = ask(supervisor, id, Verb::Restart, "restarted").await?;
    Ok(ServiceRestartResponse { messages: vec![ServiceRestart { metadata: None, resp }] })
}

async fn ask(supervisor: &Supervisor, id: &str, verb: Verb, done: &str) -> Result<String, Status> {
    supervisor.ask(id, verb).await.map_err(|refusal| {
        let code = match &refusal {
            Refusal::Unknown(_) => Code::NotFound,
            // The code that clients know for this text.
            Refusal::NotAllowed { .. } => Code::Unknown,
            Refusal::Gone => Code::Unavailable,
        };
        Status::new(code, refusal.to_string())
    })?;
    Ok(format!("Service {id:?} {done}"))
}
