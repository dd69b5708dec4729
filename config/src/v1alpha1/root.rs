//! The root document: what a machine is and which cluster it belongs to.

use super::cluster::Cluster;
use super::machine::Machine;
use crate::field::{choice, section};

choice! {
    /// The version of the root document's form.
    pub enum Version {
        /// The only one.
        V1Alpha1 = "v1alpha1",
    }
}

section! {
    /// The document without a `kind`.
    pub struct Root as "v1alpha1.Config" {
        /// Version of the form; may be left out.
        "version" => version: Option<Version> { inert: true },
        /// Whether services write verbose logs to the console.
        "debug" => debug: Option<bool> { default: "false" },
        /// Whether the configuration is kept over a reboot; `false` is refused. Deprecated.
        "persist" => persist: Option<bool> { default: "true", inert: true, hidden: true },
        /// The machine.
        "machine" => machine: Option<Box<Machine>>,
        /// The cluster.
        "cluster" => cluster: Option<Box<Cluster>>,
    }
}
