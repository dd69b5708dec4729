//! The smaller sections of `machine`: time, files, device rules, logging, kernel, seccomp.

use std::collections::BTreeMap;

use crate::field::{Context, Field, choice, section};
use crate::table::{Json, Scalar, Shape};
use crate::value::{Duration, Free};
use crate::yaml::{Node, Tree};

section! {
    /// Synchronisation of the clock. Deprecated in favour of TimeSyncConfig.
    pub struct TimeSync {
        /// Whether the clock is left alone.
        "disabled" => disabled: Option<bool> { default: "false" },
        /// Time servers.
        "servers" => servers: Vec<String> { example: "[time.example.org]" },
        /// How long the boot waits for the time; for ever when absent.
        "bootTimeout" => boot_timeout: Option<Duration> { default: "0s" },
    }
}

section! {
    /// A file to write.
    pub struct File as "v1alpha1.MachineFile" {
        /// Its content.
        "content" => content: Option<String>,
        /// Its mode bits.
        "permissions" => permissions: Option<FileMode>,
        /// Where it is.
        "path" => path: Option<String> { example: "/var/etc/example.conf" },
        /// What is done to it.
        "op" => op: Option<FileOperation>,
    }
}

/// Permission bits, written as YAML 1.2 writes octal numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileMode(pub u32);

impl Field for FileMode {
    const SHAPE: Shape =
        Shape::Scalar(&Scalar { json: Json::Integer, ..Scalar::text("mode bits", "0o600") });

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        u32::decode(node, cx).map(Self)
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Word(format!("0o{:o}", self.0)))
    }
}

choice! {
    /// What is done to a file.
    pub enum FileOperation {
        /// It is made; only under `/var`.
        Create = "create",
        /// It grows.
        Append = "append",
        /// It is replaced.
        Overwrite = "overwrite",
    }
}

section! {
    /// Rules for device nodes.
    pub struct Udev as "v1alpha1.UdevConfig" {
        /// The rules, as udev writes them.
        "rules" => rules: Vec<String> { example: "['SUBSYSTEM==\"drm\", MODE=\"0660\"']" },
    }
}

section! {
    /// Where logs are sent.
    pub struct Logging as "v1alpha1.LoggingConfig" {
        /// The receivers.
        "destinations" => destinations: Vec<LogDestination>,
    }
}

section! {
    /// A receiver of logs.
    pub struct LogDestination as "v1alpha1.LoggingDestination" {
        /// URL: `tcp://` or `udp://` with a port.
        "endpoint" => endpoint: Option<String> { example: "udp://127.0.0.1:12345/", schema: r##"{"$ref":"#/$defs/v1alpha1.Endpoint"}"## },
        /// How a line is written.
        "format" => format: Option<LogFormat>,
        /// What is added to each line.
        "extraTags" => extra_tags: BTreeMap<String, String>,
    }
}

choice! {
    /// How a line of a log is written.
    pub enum LogFormat {
        /// One JSON object per line.
        JsonLines = "json_lines",
    }
}

section! {
    /// The kernel.
    pub struct Kernel as "v1alpha1.KernelConfig" {
        /// Modules that are loaded.
        "modules" => modules: Vec<KernelModule>,
    }
}

section! {
    /// A kernel module.
    pub struct KernelModule as "v1alpha1.KernelModuleConfig" {
        /// Its name.
        "name" => name: Option<String>,
        /// Its parameters, as `key=value`.
        "parameters" => parameters: Vec<String> { example: "[numa_balancing=1]" },
    }
}

section! {
    /// A seccomp profile for pods.
    pub struct SeccompProfile as "v1alpha1.MachineSeccompProfile" {
        /// Name of its file.
        "name" => name: Option<String>,
        /// The profile.
        "value" => value: Option<Free>,
    }
}
