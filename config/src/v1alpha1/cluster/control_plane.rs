//! `cluster.apiServer`, `controllerManager`, `scheduler` and `proxy`: the parts of Kubernetes.

use std::collections::BTreeMap;

use crate::field::section;
use crate::table::Merge;
use crate::value::{Argument, Free};

section! {
    /// The API server.
    pub struct ApiServer as "v1alpha1.APIServerConfig" {
        /// Its image.
        "image" => image: Option<String> { default: "registry.k8s.io/kube-apiserver:v1.36.3" },
        /// Further arguments.
        "extraArgs" => extra_args: BTreeMap<String, Argument>,
        /// Further mounts.
        "extraVolumes" => extra_volumes: Vec<VolumeMount>,
        /// Environment.
        "env" => env: BTreeMap<String, String>,
        /// Further names and addresses for its certificate.
        "certSANs" => cert_sans: Vec<String>,
        /// A switch of a feature that is gone. Deprecated.
        "disablePodSecurityPolicy" => disable_pod_security_policy: Option<bool> { hidden: true, default: "false" },
        /// Admission plugins.
        "admissionControl" => admission_control: Vec<AdmissionPlugin> { merge: Merge::By(&["name"]) },
        /// What is written to the audit log.
        "auditPolicy" => audit_policy: Option<Free> { merge: Merge::Replace, example: "{rules: [{level: Metadata}]}" },
        /// Requests and limits.
        "resources" => resources: Option<Resources> { schema: r#"{"type":"object"}"# },
        /// Authorizers, after Node and RBAC.
        "authorizationConfig" => authorization_config: Vec<Authorizer>,
    }
}

section! {
    /// The controller manager.
    pub struct ControllerManager as "v1alpha1.ControllerManagerConfig" {
        /// Its image.
        "image" => image: Option<String> { default: "registry.k8s.io/kube-controller-manager:v1.36.3" },
        /// Further arguments.
        "extraArgs" => extra_args: BTreeMap<String, Argument>,
        /// Further mounts.
        "extraVolumes" => extra_volumes: Vec<VolumeMount>,
        /// Environment.
        "env" => env: BTreeMap<String, String>,
        /// Requests and limits.
        "resources" => resources: Option<Resources> { schema: r#"{"type":"object"}"# },
    }
}

section! {
    /// The scheduler.
    pub struct Scheduler as "v1alpha1.SchedulerConfig" {
        /// Its image.
        "image" => image: Option<String> { default: "registry.k8s.io/kube-scheduler:v1.36.3" },
        /// Further arguments.
        "extraArgs" => extra_args: BTreeMap<String, Argument>,
        /// Further mounts.
        "extraVolumes" => extra_volumes: Vec<VolumeMount>,
        /// Environment.
        "env" => env: BTreeMap<String, String>,
        /// Requests and limits.
        "resources" => resources: Option<Resources> { schema: r#"{"type":"object"}"# },
        /// Its own configuration.
        "config" => config: Option<Free>,
    }
}

section! {
    /// The proxy of services.
    pub struct Proxy as "v1alpha1.ProxyConfig" {
        /// Whether it is left out.
        "disabled" => disabled: Option<bool> { default: "false" },
        /// Its image.
        "image" => image: Option<String> { default: "registry.k8s.io/kube-proxy:v1.36.3" },
        /// How packets are redirected; `nftables` when absent.
        "mode" => mode: Option<String> { default: "nftables" },
        /// Further arguments.
        "extraArgs" => extra_args: BTreeMap<String, Argument>,
    }
}

section! {
    /// A folder or file of the host.
    pub struct VolumeMount as "v1alpha1.VolumeMountConfig" {
        /// Where it is on the host.
        "hostPath" => host_path: Option<String>,
        /// Where it is in the pod.
        "mountPath" => mount_path: Option<String>,
        /// Whether it cannot be written.
        "readonly" => read_only: Option<bool> { default: "false" },
    }
}

section! {
    /// An admission plugin.
    pub struct AdmissionPlugin as "v1alpha1.AdmissionPluginConfig" {
        /// Its name.
        "name" => name: Option<String>,
        /// Its configuration.
        "configuration" => configuration: Option<Free>,
    }
}

section! {
    /// Requests and limits of a pod.
    pub struct Resources as "v1alpha1.ResourcesConfig" {
        /// What is kept for it, as `cpu: 100m`.
        "requests" => requests: Option<Free> { example: "{cpu: 100m, memory: 128Mi}" },
        /// What it may use at most.
        "limits" => limits: Option<Free>,
    }
}

section! {
    /// An authorizer of the API server.
    pub struct Authorizer as "v1alpha1.AuthorizationConfigAuthorizerConfig" {
        /// Node, RBAC or Webhook.
        "type" => kind: Option<String>,
        /// Its name.
        "name" => name: Option<String>,
        /// The webhook.
        "webhook" => webhook: Option<Free>,
    }
}
