//! What the API server writes down of what it is asked.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::Object, wire::message};

/// The audit policy. The id is `audit-policy`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AuditPolicyConfig {
    /// The policy, as Kubernetes reads it.
    pub config: Object,
}

message!(AuditPolicyConfig as "k8s.AuditPolicyConfigSpec" { 1: config });

impl AuditPolicyConfig {
    /// The id of the only one.
    pub const ID: &str = "audit-policy";
}

spec!(
    AuditPolicyConfig,
    "AuditPolicyConfigs.kubernetes.talos.dev",
    namespace::CONTROL_PLANE,
    Definition::new().sensitive()
);
