//! The arguments that the kernel was started with.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// The kernel's arguments. The id is `cmdline`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KernelCmdline {
    /// One line.
    pub cmdline: String,
}

message!(KernelCmdline as "runtime.KernelCmdlineSpec" { 1: cmdline });

impl KernelCmdline {
    /// The id of the only one.
    pub const ID: &str = "cmdline";
}

spec!(
    KernelCmdline,
    "KernelCmdlines.runtime.talos.dev",
    namespace::RUNTIME,
    Definition::new().aliases(&["cmdline"]).columns(&[("Cmdline", "{.cmdline}")])
);
