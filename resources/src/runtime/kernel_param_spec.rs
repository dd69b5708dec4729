//! Kernel parameters that are to be set.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// A value for a kernel parameter. The id is `proc.sys.KEY` or `sys.PATH`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KernelParamSpec {
    /// The value.
    pub value: String,
    /// Whether a kernel without the parameter is fine.
    pub ignore_errors: bool,
}

message!(KernelParamSpec as "runtime.KernelParamSpecSpec" { 1: value, 2: ignore_errors });

spec!(KernelParamSpec, "KernelParamSpecs.runtime.talos.dev", namespace::RUNTIME, Definition::new());
