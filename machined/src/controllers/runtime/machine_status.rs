//! Says what the machine is doing and whether it is ready, as a resource and as an event.
//!
//! reads    `Service` in `runtime`, `NetworkStatus` in `network`, `TimeStatus` in `runtime` (weak)
//! writes   `MachineStatus` `machine` in `runtime`
//! touches  the event stream; is woken by the machine's stage

use api::machine::MachineStatusEvent;
use api::machine::machine_status_event::machine_status::UnmetCondition as WireCondition;
use api::machine::machine_status_event::{MachineStage as WireStage, MachineStatus as WireStatus};
use cosi::{BoxError, Context, Controller, Declaration, Waker, exclusive, weak};
use prost::Message;
use resources::namespace::{NETWORK, RUNTIME};
use resources::network::NetworkStatus;
use resources::runtime::{MachineStage, MachineStatus, Readiness, UnmetCondition};
use resources::time::TimeStatus;
use resources::v1alpha1::Service;

use crate::controllers::Parts;
use crate::events::Events;
use crate::service::catalog::{APID, MACHINED, NETD};
use crate::stage::Stage;

const DECLARATION: Declaration = Declaration {
    name: "runtime.MachineStatus",
    inputs: &[
        weak::<Service>(RUNTIME),
        weak::<NetworkStatus>(NETWORK),
        weak::<TimeStatus>(RUNTIME),
    ],
    outputs: &[exclusive::<MachineStatus>()],
};

/// Services without which no node of this version is ready.
const REQUIRED: [&str; 3] = [MACHINED, APID, NETD];

/// The controller.
#[derive(Debug)]
pub(super) struct MachineStatusController {
    stage: Stage,
    events: Events,
    told: Option<MachineStatus>,
}

impl MachineStatusController {
    /// Follows the stage and tells the events.
    pub(super) fn new(parts: &Parts) -> Self {
        Self { stage: parts.stage.clone(), events: parts.events.clone(), told: None }
    }
}

impl Controller for MachineStatusController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn start(&mut self, waker: Waker) {
        let mut stage = self.stage.follow();
        tokio::spawn(async move {
            while stage.changed().await.is_ok() {
                waker.wake();
            }
        });
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let services = cx.list::<Service>(RUNTIME)?;
        let services: Vec<_> =
            services.iter().map(|found| (found.id().as_str(), &found.spec)).collect();
        let network = cx.get::<NetworkStatus>(NETWORK, NetworkStatus::ID)?;
        let time = cx.get::<TimeStatus>(RUNTIME, TimeStatus::ID)?;
        let status = plan(
            self.stage.current(),
            &services,
            network.as_ref().map(|found| &found.spec),
            time.as_ref().map(|found| &found.spec),
        );
        cx.put(RUNTIME, MachineStatus::ID, status.clone())?;
        if self.told.as_ref() != Some(&status) {
            let event = event(&status);
            self.events.publish("machine.MachineStatusEvent", event.encode_to_vec(), "");
            self.told = Some(status);
        }
        Ok(())
    }
}

/// stage            | conditions that count
/// -----------------|----------------------------------------------
/// booting, running | time, network, services
/// any other        | none: the machine is as ready as it can be
fn plan(
    stage: MachineStage,
    services: &[(&str, &Service)],
    network: Option<&NetworkStatus>,
    time: Option<&TimeStatus>,
) -> MachineStatus {
    let mut unmet = Vec::new();
    if matches!(stage, MachineStage::Booting | MachineStage::Running) {
        let mut check = |name: &str, reason: Option<String>| {
            let condition = |reason| UnmetCondition { name: name.to_owned(), reason };
            unmet.extend(reason.map(condition));
        };
        check("time", time_missing(time));
        check("network", network_missing(network));
        check("services", services_missing(services));
    }
    let ready = unmet.is_empty();
    MachineStatus { stage, status: Readiness { ready, unmet_conditions: unmet } }
}

fn time_missing(time: Option<&TimeStatus>) -> Option<String> {
    let met = time.is_some_and(|time| time.synced || time.sync_disabled);
    (!met).then(|| "time is not synced".to_owned())
}

fn network_missing(network: Option<&NetworkStatus>) -> Option<String> {
    let Some(network) = network else { return Some("network status is not known".to_owned()) };
    let parts = [
        (network.address_ready, "address"),
        (network.connectivity_ready, "connectivity"),
        (network.hostname_ready, "hostname"),
        (network.etc_files_ready, "etc files"),
    ];
    let missing: Vec<&str> =
        parts.into_iter().filter(|(ready, _)| !ready).map(|(_, name)| name).collect();
    (!missing.is_empty()).then(|| format!("waiting for {}", missing.join(", ")))
}

fn services_missing(services: &[(&str, &Service)]) -> Option<String> {
    let healthy = |name: &&str| {
        let found = services.iter().find(|(id, _)| id == name);
        found.is_some_and(|(_, service)| service.running && (service.healthy || service.unknown))
    };
    let missing: Vec<&str> = REQUIRED.into_iter().filter(|name| !healthy(name)).collect();
    (!missing.is_empty()).then(|| format!("waiting for services {}", missing.join(", ")))
}

fn event(status: &MachineStatus) -> MachineStatusEvent {
    let stage = match status.stage {
        MachineStage::Unknown => WireStage::Unknown,
        MachineStage::Booting => WireStage::Booting,
        MachineStage::Installing => WireStage::Installing,
        MachineStage::Maintenance => WireStage::Maintenance,
        MachineStage::Running => WireStage::Running,
        MachineStage::Rebooting => WireStage::Rebooting,
        MachineStage::ShuttingDown => WireStage::ShuttingDown,
        MachineStage::Resetting => WireStage::Resetting,
        MachineStage::Upgrading => WireStage::Upgrading,
    };
    let unmet = status.status.unmet_conditions.iter();
    let unmet = unmet.map(|condition| WireCondition {
        name: condition.name.clone(),
        reason: condition.reason.clone(),
    });
    let readiness = WireStatus { ready: status.status.ready, unmet_conditions: unmet.collect() };
    MachineStatusEvent { stage: stage.into(), status: Some(readiness) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(healthy: bool) -> Service {
        Service { running: true, healthy, unknown: false }
    }

    fn network() -> NetworkStatus {
        NetworkStatus {
            address_ready: true,
            connectivity_ready: true,
            hostname_ready: true,
            etc_files_ready: true,
        }
    }

    fn unmet(status: &MachineStatus) -> Vec<&str> {
        status.status.unmet_conditions.iter().map(|found| found.name.as_str()).collect()
    }

    #[test]
    fn a_running_machine_is_ready_when_nothing_is_missing() {
        let (good, bad) = (service(true), service(false));
        let time = TimeStatus { sync_disabled: true, ..TimeStatus::default() };
        let all = [(APID, &good), (MACHINED, &good), (NETD, &good)];
        let status = plan(MachineStage::Running, &all, Some(&network()), Some(&time));
        assert!(status.status.ready, "{status:?}");
        let some = [(APID, &bad), (MACHINED, &good), (NETD, &good)];
        let status = plan(MachineStage::Running, &some, None, None);
        assert_eq!(unmet(&status), ["time", "network", "services"]);
        assert_eq!(status.status.unmet_conditions[2].reason, "waiting for services apid");
    }

    #[test]
    fn maintenance_waits_for_nothing() {
        let status = plan(MachineStage::Maintenance, &[], None, None);
        assert!(status.status.ready);
        assert_eq!(event(&status).stage, i32::from(WireStage::Maintenance));
    }
}
