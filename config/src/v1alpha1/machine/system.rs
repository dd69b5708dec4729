//! The smaller sections of `machine`: time, files, device rules, logging, kernel, seccomp.

use std::collections::BTreeMap;

use crate::field::{choice, section};
use crate::value::{Duration, Free};

section! {
    /// Synchronisation of the clock. Deprecated in favour of TimeSyncConfig.
    pub struct TimeSync {
        /// Whether the clock is left alone.
        "disabled" => disabled: Option<bool>,
        /// Time servers.
        "servers" => servers: Vec<String>,
        /// How long the boot waits for the time; for ever when absent.
        "bootTimeout" => boot_timeout: Option<Duration>,
    }
}

section! {
    /// A file to write.
    pub struct File {
        /// Its content.
        "content" => content: Option<String>,
        /// Its mode bits.
        "permissions" => permissions: Option<FileMode>,
        /// Where it is.
        "path" => path: Option<String>,
        /// What is done to it.
        "op" => op: Option<FileOperation>,
    }
}

/// Permission bits, written as YAML 1.2 writes octal numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileMode(pub u32);

impl crate::field::Field for FileMode {
    fn decode(node: &crate::yaml::Node, cx: &mut crate::field::Context<'_>) -> Option<Self> {
        u32::decode(node, cx).map(Self)
    }

    fn encode(&self) -> Option<crate::yaml::Tree> {
        Some(crate::yaml::Tree::Word(format!("0o{:o}", self.0)))
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
    pub struct Udev {
        /// The rules, as udev writes them.
        "rules" => rules: Vec<String>,
    }
}

section! {
    /// Where logs are sent.
    pub struct Logging {
        /// The receivers.
        "destinations" => destinations: Vec<LogDestination>,
    }
}

section! {
    /// A receiver of logs.
    pub struct LogDestination {
        /// URL: `tcp://` or `udp://` with a port.
        "endpoint" => endpoint: Option<String>,
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
    pub struct Kernel {
        /// Modules that are loaded.
        "modules" => modules: Vec<KernelModule>,
    }
}

section! {
    /// A kernel module.
    pub struct KernelModule {
        /// Its name.
        "name" => name: Option<String>,
        /// Its parameters, as `key=value`.
        "parameters" => parameters: Vec<String>,
    }
}

section! {
    /// A seccomp profile for pods.
    pub struct SeccompProfile {
        /// Name of its file.
        "name" => name: Option<String>,
        /// The profile.
        "value" => value: Option<Free>,
    }
}
