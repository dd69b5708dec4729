//! Kernel parameters that are set.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// A kernel parameter. The id is that of its spec.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KernelParamStatus {
    /// The value.
    pub current: String,
    /// The value before it was set.
    pub default: String,
    /// Whether the kernel lacks the parameter.
    pub unsupported: bool,
}

message!(KernelParamStatus as "runtime.KernelParamStatusSpec" {
    1: current, 2: default, 3: unsupported,
});

spec!(
    KernelParamStatus,
    "KernelParamStatuses.runtime.talos.dev",
    namespace::RUNTIME,
    Definition::new().aliases(&["sysctls", "kernelparameters", "kernelparams"]).columns(&[
        ("Current", "{.current}"),
        ("Default", "{.default}"),
        ("Unsupported", "{.unsupported}")
    ])
);
