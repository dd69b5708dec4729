//! `cluster.apiServer`, `controllerManager`, `scheduler` and `proxy`: the parts of Kubernetes.

use std::collections::BTreeMap;

use crate::field::section;
use crate::value::{Argument, Free};

section! {
    /// The API server.
    pub struct ApiServer {
        /// Its image.
        "image" => image: Option<String>,
        /// Further arguments.
        "extraArgs" => extra_args: BTreeMap<String, Argument>,
        /// Further mounts.
        "extraVolumes" => extra_volumes: Vec<VolumeMount>,
        /// Environment.
        "env" => env: BTreeMap<String, String>,
        /// Further names and addresses for its certificate.
        "certSANs" => cert_sans: Vec<String>,
        /// A switch of a feature that is gone. Deprecated.
        "disablePodSecurityPolicy" => disable_pod_security_policy: Option<bool>,
        /// Admission plugins.
        "admissionControl" => admission_control: Vec<AdmissionPlugin>,
        /// What is written to the audit log.
        "auditPolicy" => audit_policy: Option<Free>,
        /// Requests and limits.
        "resources" => resources: Option<Resources>,
        /// Authorizers, after Node and RBAC.
        "authorizationConfig" => authorization_config: Vec<Authorizer>,
    }
}

section! {
    /// The controller manager.
    pub struct ControllerManager {
        /// Its image.
        "image" => image: Option<String>,
        /// Further arguments.
        "extraArgs" => extra_args: BTreeMap<String, Argument>,
        /// Further mounts.
        "extraVolumes" => extra_volumes: Vec<VolumeMount>,
        /// Environment.
        "env" => env: BTreeMap<String, String>,
        /// Requests and limits.
        "resources" => resources: Option<Resources>,
    }
}

section! {
    /// The scheduler.
    pub struct Scheduler {
        /// Its image.
        "image" => image: Option<String>,
        /// Further arguments.
        "extraArgs" => extra_args: BTreeMap<String, Argument>,
        /// Further mounts.
        "extraVolumes" => extra_volumes: Vec<VolumeMount>,
        /// Environment.
        "env" => env: BTreeMap<String, String>,
        /// Requests and limits.
        "resources" => resources: Option<Resources>,
        /// Its own configuration.
        "config" => config: Option<Free>,
    }
}

section! {
    /// The proxy of services.
    pub struct Proxy {
        /// Whether it is left out.
        "disabled" => disabled: Option<bool>,
        /// Its image.
        "image" => image: Option<String>,
        /// How packets are redirected; `nftables` when absent.
        "mode" => mode: Option<String>,
        /// Further arguments.
        "extraArgs" => extra_args: BTreeMap<String, Argument>,
    }
}

section! {
    /// A folder or file of the host.
    pub struct VolumeMount {
        /// Where it is on the host.
        "hostPath" => host_path: Option<String>,
        /// Where it is in the pod.
        "mountPath" => mount_path: Option<String>,
        /// Whether it cannot be written.
        "readonly" => read_only: Option<bool>,
    }
}

section! {
    /// An admission plugin.
    pub struct AdmissionPlugin {
        /// Its name.
        "name" => name: Option<String>,
        /// Its configuration.
        "configuration" => configuration: Option<Free>,
    }
}

section! {
    /// Requests and limits of a pod.
    pub struct Resources {
        /// What is kept for it, as `cpu: 100m`.
        "requests" => requests: Option<Free>,
        /// What it may use at most.
        "limits" => limits: Option<Free>,
    }
}

section! {
    /// An authorizer of the API server.
    pub struct Authorizer {
        /// Node, RBAC or Webhook.
        "type" => kind: Option<String>,
        /// Its name.
        "name" => name: Option<String>,
        /// The webhook.
        "webhook" => webhook: Option<Free>,
    }
}
