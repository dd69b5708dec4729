//! The runtime events of a node: what kind they are and what they say.

use api::machine::machine_status_event::MachineStage;
use api::machine::{
    AddressEvent, ConfigLoadErrorEvent, ConfigValidationErrorEvent, Event, MachineStatusEvent,
    PhaseEvent, RestartEvent, SequenceEvent, ServiceStateEvent, TaskEvent, phase_event,
    sequence_event, service_state_event, task_event,
};
use prost::{DecodeError, Message};

/// What stands before the message name in the type URL of every event.
const PREFIX: &str = "talos/runtime/";

/// What an event says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Payload {
    /// A sequence began, ended or was refused.
    Sequence(SequenceEvent),
    /// A phase of a sequence began or ended.
    Phase(PhaseEvent),
    /// A task of a phase began or ended.
    Task(TaskEvent),
    /// A service changed its state.
    Service(ServiceStateEvent),
    /// The machine restarts.
    Restart(RestartEvent),
    /// A configuration could not be read.
    ConfigLoad(ConfigLoadErrorEvent),
    /// A configuration is not valid.
    ConfigValidation(ConfigValidationErrorEvent),
    /// The machine's names and addresses.
    Address(AddressEvent),
    /// The machine's stage and readiness.
    Status(MachineStatusEvent),
    /// The first message of a stream, which only says that it began.
    Hello,
    /// A kind that this version does not know, by its name.
    Unknown(String),
}

impl Payload {
    /// Reads what an event carries.
    pub(crate) fn of(event: &Event) -> Result<Self, DecodeError> {
        let Some(data) = &event.data else { return Ok(Self::Hello) };
        let value = data.value.as_slice();
        Ok(match name(&data.type_url) {
            "" => Self::Hello,
            "machine.SequenceEvent" => Self::Sequence(SequenceEvent::decode(value)?),
            "machine.PhaseEvent" => Self::Phase(PhaseEvent::decode(value)?),
            "machine.TaskEvent" => Self::Task(TaskEvent::decode(value)?),
            "machine.ServiceStateEvent" => Self::Service(ServiceStateEvent::decode(value)?),
            "machine.RestartEvent" => Self::Restart(RestartEvent::decode(value)?),
            "machine.ConfigLoadErrorEvent" => {
                Self::ConfigLoad(ConfigLoadErrorEvent::decode(value)?)
            }
            "machine.ConfigValidationErrorEvent" => {
                Self::ConfigValidation(ConfigValidationErrorEvent::decode(value)?)
            }
            "machine.AddressEvent" => Self::Address(AddressEvent::decode(value)?),
            "machine.MachineStatusEvent" => Self::Status(MachineStatusEvent::decode(value)?),
            other => Self::Unknown(other.to_owned()),
        })
    }

    /// Where it comes from and what it says, each in a few words.
    pub(crate) fn describe(&self) -> (String, String) {
        match self {
            Self::Sequence(event) => {
                let action = match event.action() {
                    sequence_event::Action::Noop => "noop",
                    sequence_event::Action::Start => "start",
                    sequence_event::Action::Stop => "stop",
                };
                let error = event.error.as_ref().map(|error| format!(": {}", error.message));
                (event.sequence.clone(), format!("{action}{}", error.unwrap_or_default()))
            }
            Self::Phase(event) => {
                let start = event.action() == phase_event::Action::Start;
                (event.phase.clone(), if start { "start" } else { "stop" }.to_owned())
            }
            Self::Task(event) => {
                let start = event.action() == task_event::Action::Start;
                (event.task.clone(), if start { "start" } else { "stop" }.to_owned())
            }
            Self::Service(event) => {
                (event.service.clone(), format!("{}: {}", state(event.action()), event.message))
            }
            Self::Restart(event) => ("restart".to_owned(), format!("command {}", event.cmd)),
            Self::ConfigLoad(event) => ("config".to_owned(), event.error.clone()),
            Self::ConfigValidation(event) => ("config".to_owned(), event.error.clone()),
            Self::Address(event) => {
                (event.hostname.clone(), format!("addresses: {}", event.addresses.join(", ")))
            }
            Self::Status(event) => (stage(event.stage()).to_owned(), readiness(event)),
            Self::Hello | Self::Unknown(_) => (String::new(), String::new()),
        }
    }
}

/// The message name of a type URL. Clients drop what has another prefix, and so does this one.
pub(crate) fn name(type_url: &str) -> &str {
    type_url.strip_prefix(PREFIX).unwrap_or(type_url)
}

/// Whether the machine is ready, or what it waits for.
fn readiness(event: &MachineStatusEvent) -> String {
    let status = event.status.clone().unwrap_or_default();
    let unmet: Vec<String> = status
        .unmet_conditions
        .iter()
        .map(|condition| format!("{} ({})", condition.name, condition.reason))
        .collect();
    match (status.ready, unmet.is_empty()) {
        (true, _) => "ready".to_owned(),
        (false, true) => "not ready".to_owned(),
        (false, false) => format!("not ready: {}", unmet.join(", ")),
    }
}

/// The stage in words.
pub(crate) fn stage(stage: MachineStage) -> &'static str {
    match stage {
        MachineStage::Unknown => "unknown",
        MachineStage::Booting => "booting",
        MachineStage::Installing => "installing",
        MachineStage::Maintenance => "maintenance",
        MachineStage::Running => "running",
        MachineStage::Rebooting => "rebooting",
        MachineStage::ShuttingDown => "shutting down",
        MachineStage::Resetting => "resetting",
        MachineStage::Upgrading => "upgrading",
    }
}

/// The state of a service in words.
fn state(action: service_state_event::Action) -> &'static str {
    match action {
        service_state_event::Action::Initialized => "initialized",
        service_state_event::Action::Preparing => "preparing",
        service_state_event::Action::Waiting => "waiting",
        service_state_event::Action::Running => "running",
        service_state_event::Action::Stopping => "stopping",
        service_state_event::Action::Finished => "finished",
        service_state_event::Action::Failed => "failed",
        service_state_event::Action::Skipped => "skipped",
        service_state_event::Action::Starting => "starting",
    }
}

#[cfg(test)]
mod tests {
    use api::machine::machine_status_event::MachineStatus;
    use api::machine::machine_status_event::machine_status::UnmetCondition;

    use super::*;

    /// An event as a node sends it.
    fn event(type_url: &str, value: Vec<u8>) -> Event {
        let data = prost_types::Any { type_url: type_url.to_owned(), value };
        Event { data: Some(data), ..Event::default() }
    }

    #[test]
    fn events_are_told_in_words() {
        let check = |name: &str, value: Vec<u8>, source: &str, message: &str| {
            let payload = Payload::of(&event(&format!("talos/runtime/{name}"), value));
            let expected = (source.to_owned(), message.to_owned());
            assert_eq!(payload.expect(name).describe(), expected, "{name}");
        };
        let sequence = SequenceEvent {
            sequence: "reboot".to_owned(),
            action: 0,
            error: Some(api::common::Error { message: "locked".to_owned(), ..Default::default() }),
        };
        check("machine.SequenceEvent", sequence.encode_to_vec(), "reboot", "noop: locked");
        let task = TaskEvent { task: "stopAllServices".to_owned(), action: 1 };
        check("machine.TaskEvent", task.encode_to_vec(), "stopAllServices", "stop");
        let status = MachineStatusEvent {
            stage: MachineStage::Booting.into(),
            status: Some(MachineStatus {
                ready: false,
                unmet_conditions: vec![UnmetCondition {
                    name: "time".to_owned(),
                    reason: "not synced".to_owned(),
                }],
            }),
        };
        check(
            "machine.MachineStatusEvent",
            status.encode_to_vec(),
            "booting",
            "not ready: time (not synced)",
        );
        check("machine.NewEvent", vec![1, 2], "", "");
    }

    #[test]
    fn odd_events_are_no_failure() {
        assert_eq!(Payload::of(&Event::default()), Ok(Payload::Hello));
        assert_eq!(Payload::of(&event("", Vec::new())), Ok(Payload::Hello));
        let other = Payload::of(&event("type.googleapis.com/x.Y", Vec::new()));
        assert_eq!(other, Ok(Payload::Unknown("type.googleapis.com/x.Y".to_owned())));
        let damaged = event("talos/runtime/machine.TaskEvent", vec![0xff]);
        Payload::of(&damaged).expect_err("damaged");
    }
}
