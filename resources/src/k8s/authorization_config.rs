//! Who decides on what a caller of Kubernetes may do.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::Object, wire::message};

/// The authorizers of the API server. The id is `authorization`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AuthorizationConfig {
    /// Image of the API server, whose version decides on the form of the file.
    pub image: String,
    /// The authorizers, the first asked first.
    pub config: Vec<Authorizer>,
}

message!(AuthorizationConfig as "k8s.AuthorizationConfigSpec" { 1: image, 2: config });

impl AuthorizationConfig {
    /// The id of the only one.
    pub const ID: &str = "authorization";
}

spec!(
    AuthorizationConfig,
    "AuthorizationConfigs.kubernetes.talos.dev",
    namespace::CONTROL_PLANE,
    Definition::new().sensitive()
);

/// One that decides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Authorizer {
    /// `Node`, `RBAC` or `Webhook`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Settings of a webhook; empty for others.
    pub webhook: Object,
}

message!(Authorizer as "k8s.AuthorizationAuthorizersSpec" { 1: kind, 2: name, 3: webhook });
