//! What the configuration says of the kubelet.

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::{empty, spec},
    value::{ExtraArgs, Mount, Object},
    wire::message,
};

/// Settings of the kubelet. The id is `kubelet`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the contract has them")]
pub struct KubeletConfig {
    /// Its image.
    pub image: String,
    /// Resolvers of pods.
    #[serde(rename = "clusterDNS")]
    pub cluster_dns: Vec<String>,
    /// Domain of the cluster.
    pub cluster_domain: String,
    /// Further arguments.
    #[serde(skip_serializing_if = "empty")]
    pub extra_args: ExtraArgs,
    /// Further mounts.
    #[serde(skip_serializing_if = "empty")]
    pub extra_mounts: Vec<Mount>,
    /// What is to be in its configuration beside ours.
    #[serde(skip_serializing_if = "empty")]
    pub extra_config: Object,
    /// Whether a cloud provider beside Kubernetes names the node's addresses.
    pub cloud_provider_external: bool,
    /// Whether pods that ask for no filter of system calls get the runtime's.
    pub default_runtime_seccomp_enabled: bool,
    /// Whether the node stays out of the cluster.
    pub skip_node_registration: bool,
    /// Where it asks for static pods.
    #[serde(rename = "staticPodListURL")]
    pub static_pod_list_url: String,
    /// Whether files with static pods are passed over.
    pub disable_manifests_directory: bool,
    /// Whether the file system counts what volumes hold.
    #[serde(rename = "enableFSQuotaMonitoring")]
    pub enable_fs_quota_monitoring: bool,
    /// Who has passwords for registries.
    #[serde(skip_serializing_if = "empty")]
    pub credential_provider_config: Object,
    /// Whether a control plane takes any pod.
    pub allow_scheduling_on_control_plane: bool,
}

message!(KubeletConfig as "k8s.KubeletConfigSpec" {
    1: image, 2: cluster_dns, 3: cluster_domain, 5: extra_mounts, 6: extra_config,
    7: cloud_provider_external, 8: default_runtime_seccomp_enabled, 9: skip_node_registration,
    10: static_pod_list_url, 11: disable_manifests_directory, 12: enable_fs_quota_monitoring,
    13: credential_provider_config, 14: allow_scheduling_on_control_plane, 15: extra_args,
});

impl KubeletConfig {
    /// The id of the only one.
    pub const ID: &str = "kubelet";
}

spec!(
    KubeletConfig,
    "KubeletConfigs.kubernetes.talos.dev",
    namespace::K8S,
    Definition::new().sensitive()
);
