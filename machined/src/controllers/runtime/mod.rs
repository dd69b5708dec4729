//! What runs: the machine's state, its services, its mounts, its facts.

mod api_service_config;
mod facts;
mod machine_status;
mod mount_status;
mod service_health;

use cosi::Controller;

use super::Parts;

/// Every controller of this group, in the order of their names.
pub(super) fn controllers(parts: &Parts) -> Vec<Box<dyn Controller>> {
    vec![
        Box::new(api_service_config::ApiServiceConfigController),
        Box::new(facts::FactsController::new(parts.mode)),
        Box::new(machine_status::MachineStatusController::new(parts)),
        Box::new(mount_status::MountStatusController),
        Box::new(service_health::ServiceHealthController::new(parts.supervisor.clone())),
    ]
}
