//! What a machine is for.

use cosi::{DecodeError, Definition, Spec};
use prost::Message;

use crate::{namespace, value::choices, wire::message};

choices! {
    /// What a machine is for. The id is `machine-type`.
    pub enum MachineType {
        Unknown = 0 "unknown",
        Init = 1 "init",
        ControlPlane = 2 "controlplane",
        Worker = 3 "worker",
    }
}

impl MachineType {
    /// Whether the machine is part of the control plane; `init` is the old name for the first that is.
    #[must_use]
    pub const fn is_control_plane(self) -> bool {
        matches!(self, Self::Init | Self::ControlPlane)
    }
}

/// The message around the number.
#[derive(Debug, Default)]
struct Wire {
    machine_type: MachineType,
}

message!(Wire as ".resource.config.MachineTypeSpec" { 1: machine_type });

impl Spec for MachineType {
    const TYPE: &'static str = "MachineTypes.config.talos.dev";
    const NAMESPACE: &'static str = namespace::CONFIG;

    fn definition() -> Definition {
        Definition::new().columns(&[("Type", "{@}")])
    }

    fn to_proto(&self) -> Vec<u8> {
        Wire { machine_type: *self }.encode_to_vec()
    }

    fn from_proto(bytes: &[u8]) -> Result<Self, DecodeError> {
        Ok(Wire::decode(bytes)?.machine_type)
    }

    /// The bare text.
    fn to_yaml(&self) -> String {
        crate::spec::yaml(self)
    }
}

impl crate::wire::Named for MachineType {
    const NAME: &'static str = <Wire as crate::wire::Named>::NAME;
}
