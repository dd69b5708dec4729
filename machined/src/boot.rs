//! The boot as clients follow it: look for a configuration, wait for one if there is none, and tell
//! that the machine runs.

use std::path::Path;
use std::sync::Arc;

use api::machine::{ConfigLoadErrorEvent, ConfigValidationErrorEvent};
use cosi::{Spec, State};
use linux::boot::Argument;
use prost::Message;
use resources::namespace;
use resources::runtime::MaintenanceServiceRequest;
use types::paths;

use crate::configuration::source::{self, Origin, SourceError, Surroundings};
use crate::events::Events;
use crate::node::Node;
use crate::report;
use crate::stage::{MAINTENANCE, Mark};

/// The owner of the request for maintenance mode.
const OWNER: &str = "config.Acquire";
/// The task of clients that looks for a configuration.
const LOAD: &str = "loadConfig";

/// Boots: from `initialize` through maintenance, if need be, to the end of `boot`.
pub(crate) async fn run(node: Arc<Node>, arguments: Vec<Argument>, user_data: Option<String>) {
    let stage = node.stage.clone();
    stage.sequence("initialize", Mark::Start, "");
    stage.phase("config", Mark::Start, "");
    stage.task(LOAD, Mark::Start, "");
    let acquired = tokio::task::spawn_blocking({
        let node = Arc::clone(&node);
        move || acquire(&node, &arguments, user_data.as_deref())
    });
    if let Err(error) = acquired.await {
        tracing::error!("configuration: {error}");
    }
    node.configuration.settle();
    if node.configuration.in_maintenance() {
        tracing::info!("no configuration: waiting for one in maintenance mode");
        stage.task(MAINTENANCE, Mark::Start, "");
        ask_for_maintenance(&node.state);
        node.configuration.complete().await;
        end_maintenance(&node.state);
        stage.task(MAINTENANCE, Mark::Stop, "");
    }
    stage.task(LOAD, Mark::Stop, "");
    stage.phase("config", Mark::Stop, "");
    stage.sequence("initialize", Mark::Stop, "");
    stage.sequence("boot", Mark::Start, "");
    stage.phase("startEverything", Mark::Start, "");
    stage.phase("startEverything", Mark::Stop, "");
    stage.sequence("boot", Mark::Stop, "");
    tracing::info!("the machine runs");
}

/// Lets strangers in: the certificates of maintenance mode wait for this, so that a node whose
/// machined starts again does not open itself before it has read what it is.
fn ask_for_maintenance(state: &State) {
    let id = MaintenanceServiceRequest::ID;
    if let Err(error) = state.put(namespace::RUNTIME, id, OWNER, MaintenanceServiceRequest {}) {
        tracing::error!("maintenance: ask for its API: {error}");
    }
}

fn end_maintenance(state: &State) {
    let (kind, id) = (MaintenanceServiceRequest::TYPE, MaintenanceServiceRequest::ID);
    if let Err(error) = state.destroy(namespace::RUNTIME, kind, id, OWNER) {
        tracing::error!("maintenance: end its API: {error}");
    }
}

/// Takes the first complete configuration; a partial one is kept until there is a complete one.
fn acquire(node: &Node, arguments: &[Argument], user_data: Option<&str>) {
    let around =
        Surroundings { mode: node.mode, folder: Path::new(paths::STATE), arguments, user_data };
    for origin in Origin::ALL {
        let config = match source::load(origin, &around) {
            Ok(None) => continue,
            Ok(Some(found)) => found,
            Err(error) => {
                tracing::error!("configuration: {}: {}", origin.as_str(), report::chain(&error));
                publish(&node.events, &error);
                continue;
            }
        };
        tracing::info!("configuration: taken from {}", origin.as_str());
        if let Err(error) = node.configuration.adopt(config, origin) {
            tracing::error!("configuration: {}", report::chain(&error));
        }
        // What STATE holds is the operator's last word, complete or not.
        if origin == Origin::State || node.configuration.is_complete() {
            return;
        }
    }
}

fn publish(events: &Events, error: &SourceError) {
    let text = report::chain(error);
    if error.is_invalid() {
        let event = ConfigValidationErrorEvent { error: text };
        events.publish("machine.ConfigValidationErrorEvent", event.encode_to_vec(), "");
    } else {
        let event = ConfigLoadErrorEvent { error: text };
        events.publish("machine.ConfigLoadErrorEvent", event.encode_to_vec(), "");
    }
}
