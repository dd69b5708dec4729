//! The namespaces of a node's resources.

/// What the configuration of the machine says.
pub const CONFIG: &str = "config";
/// The cluster as the node sees it.
pub const CLUSTER: &str = "cluster";
/// The members of the cluster, by the source that named them, before they are merged.
pub const CLUSTER_RAW: &str = "cluster-raw";
/// Kubernetes components of a control plane.
pub const CONTROL_PLANE: &str = "controlplane";
/// The container runtime.
pub const CRI: &str = "cri";
/// etcd.
pub const ETCD: &str = "etcd";
/// Files below `/etc`.
pub const FILES: &str = "files";
/// What the machine is made of.
pub const HARDWARE: &str = "hardware";
/// Kubernetes, as every node has it.
pub const K8S: &str = "k8s";
/// KubeSpan.
pub const KUBESPAN: &str = "kubespan";
/// The network: what is merged, and what the kernel has.
pub const NETWORK: &str = "network";
/// The network as each source wants it, before it is merged.
pub const NETWORK_CONFIG: &str = "network-config";
/// Use of processor and memory.
pub const PERF: &str = "perf";
/// The running system.
pub const RUNTIME: &str = "runtime";
/// Keys, certificates and tokens.
pub const SECRETS: &str = "secrets";
/// Which images may run.
pub const SECURITY: &str = "security";

/// Every namespace, and what clients are told about it.
pub const ALL: &[(&str, &str)] = &[
    (CLUSTER, "The cluster as the node sees it."),
    (CLUSTER_RAW, "Members of the cluster by source, before they are merged."),
    (CONFIG, "What the configuration of the machine says."),
    (CONTROL_PLANE, "Kubernetes components of a control plane."),
    (CRI, "The container runtime."),
    (ETCD, "etcd."),
    (FILES, "Files below /etc."),
    (HARDWARE, "What the machine is made of."),
    (K8S, "Kubernetes, as every node has it."),
    (KUBESPAN, "KubeSpan."),
    (NETWORK, "The network as it is wanted and as it is."),
    (NETWORK_CONFIG, "The network as each source wants it, before it is merged."),
    (PERF, "Use of processor and memory."),
    (RUNTIME, "The running system."),
    (SECRETS, "Keys, certificates and tokens."),
    (SECURITY, "Which images may run."),
];
