//! What is to be in the cluster.
//!
//! The YAML is the list of the objects itself.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::Object, wire::message};

/// Objects that are applied together. The id says what they are and when their turn is, as `05-flannel`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Manifest {
    /// The objects, the first applied first.
    pub items: Vec<SingleManifest>,
}

message!(Manifest as "k8s.ManifestSpec" { 1: items });

spec!(Manifest, "Manifests.kubernetes.talos.dev", namespace::CONTROL_PLANE, Definition::new());

/// An object of Kubernetes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SingleManifest {
    /// The object.
    pub object: Object,
}

message!(SingleManifest as "k8s.SingleManifest" { 1: object });
