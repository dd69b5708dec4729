//! Environments of services.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The environment of a service. The id is `machined` or the service's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Environment {
    /// `NAME=VALUE` each.
    pub variables: Vec<String>,
}

message!(Environment as "runtime.EnvironmentSpec" { 1: variables });

spec!(
    Environment,
    "Environments.runtime.talos.dev",
    namespace::RUNTIME,
    Definition::new().aliases(&["env"]).columns(&[("Variables", "{.variables}")])
);
