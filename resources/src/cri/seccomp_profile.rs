//! Filters of system calls that pods may name.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::Object, wire::message};

/// A filter. The id is its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SeccompProfile {
    /// Its name.
    pub name: String,
    /// The filter, as the container runtime reads it.
    pub value: Object,
}

message!(SeccompProfile as "cri.SeccompProfileSpec" { 1: name, 2: value });

spec!(SeccompProfile, "SeccompProfiles.cri.talos.dev", namespace::CRI, Definition::new());
