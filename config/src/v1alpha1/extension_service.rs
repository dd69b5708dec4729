//! ExtensionServiceConfig: files and environment of an extension's service.

use crate::field::section;
use crate::table::Merge;

section! {
    /// Gives a service of a system extension its configuration.
    pub struct ExtensionServiceConfig as "extensions.ServiceConfigV1Alpha1" {
        /// Name of the service.
        "name" => name: Option<String> { required: true, example: "nut-client" },
        /// Files that are put into its container.
        "configFiles" => config_files: Vec<ConfigFile> { merge: Merge::By(&["mountPath"]) },
        /// Environment variables, as `NAME=value`.
        "environment" => environment: Vec<String> { example: "[UPS=ups@192.168.1.10]" },
    }
}

section! {
    /// A file for a service.
    pub struct ConfigFile as "extensions.ConfigFile" {
        /// What is in it.
        "content" => content: Option<String> { example: "MONITOR ups 1 remote\n" },
        /// Where the service sees it.
        "mountPath" => mount_path: Option<String> { example: "/usr/local/etc/nut/upsmon.conf" },
    }
}
