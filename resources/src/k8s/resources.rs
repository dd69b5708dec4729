//! What a component of the control plane asks for and may use.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::wire::message;

/// Amounts in the notation of Kubernetes, as `cpu: 200m`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Resources {
    /// What it is sure of.
    pub requests: BTreeMap<String, String>,
    /// The most that it gets.
    pub limits: BTreeMap<String, String>,
}

message!(Resources as "k8s.Resources" { 1: requests, 2: limits });
