//! Files that are to be below `/etc`.

use cosi::Definition;
use serde::Serialize;
use types::Secret;

use crate::{namespace, spec::spec, value::reveal, wire::message};

/// A file as it is to be. The id is the path below `/etc`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EtcFileSpec {
    /// What is in it.
    #[serde(serialize_with = "reveal")]
    pub contents: Secret<String>,
    /// Permission bits.
    pub mode: u32,
    /// SELinux label; empty for that of the directory.
    #[serde(rename = "selinux_label")]
    pub selinux_label: String,
}

message!(EtcFileSpec as "files.EtcFileSpecSpec" { 1: contents, 2: mode, 3: selinux_label });

spec!(EtcFileSpec, "EtcFileSpecs.files.talos.dev", namespace::FILES, Definition::new().sensitive());
