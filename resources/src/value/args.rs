//! Further arguments of a program, by the name of the flag.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::wire::message;

/// The values of one flag; a flag with several is given as often, one with none not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ArgValues {
    /// The values, in the order in which they are given.
    pub values: Vec<String>,
}

// The package of etcd has the same message once more.
message!(ArgValues as "k8s.ArgValues" { 1: values });

/// Flags without their leading hyphens, and their values.
pub type ExtraArgs = BTreeMap<String, ArgValues>;
