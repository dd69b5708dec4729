//! What a new cluster is given.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// Settings of the first manifests. The id is `manifests`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the contract has them")]
pub struct BootstrapManifestsConfig {
    /// Where pods reach the API server. The contract calls it so.
    #[serde(rename = "string")]
    pub server: String,
    /// Domain of the cluster.
    pub cluster_domain: String,
    /// Networks of pods.
    #[serde(rename = "podCIDRs")]
    pub pod_cidrs: Vec<String>,
    /// Whether kube-proxy runs.
    pub proxy_enabled: bool,
    /// Its image.
    pub proxy_image: String,
    /// Its arguments.
    pub proxy_args: Vec<String>,
    /// Whether CoreDNS runs.
    #[serde(rename = "coreDNSEnabled")]
    pub core_dns_enabled: bool,
    /// Its image.
    #[serde(rename = "coreDNSImage")]
    pub core_dns_image: String,
    /// Its address of IPv4; empty for none.
    #[serde(rename = "dnsServiceIP")]
    pub dns_service_ip: String,
    /// Its address of IPv6; empty for none.
    #[serde(rename = "dnsServiceIPv6")]
    pub dns_service_ipv6: String,
    /// Whether flannel runs.
    pub flannel_enabled: bool,
    /// Its image.
    pub flannel_image: String,
    /// Further arguments of flannel.
    pub flannel_extra_args: Vec<String>,
    /// Where flannel reaches the API server; empty where every pod does.
    pub flannel_kube_service_host: String,
    /// The port there.
    pub flannel_kube_service_port: String,
    /// Whether network policies are held up.
    pub flannel_kube_network_policies_enabled: bool,
    /// Image of what does that.
    pub flannel_kube_network_policies_image: String,
    /// Whether policies of the old kind are made.
    pub pod_security_policy_enabled: bool,
    /// Whether pods reach the machine API by a service.
    #[serde(rename = "talosAPIServiceEnabled")]
    pub talos_api_service_enabled: bool,
    /// Who connects pods: `flannel`, `custom` or `none`.
    pub cni_name: String,
}

message!(BootstrapManifestsConfig as "k8s.BootstrapManifestsConfigSpec" {
    1: server, 2: cluster_domain, 3: pod_cidrs, 4: proxy_enabled, 5: proxy_image, 6: proxy_args,
    7: core_dns_enabled, 8: core_dns_image, 9: dns_service_ip, 10: dns_service_ipv6,
    11: flannel_enabled, 12: flannel_image, 14: pod_security_policy_enabled,
    15: talos_api_service_enabled, 16: flannel_extra_args, 17: flannel_kube_service_host,
    18: flannel_kube_service_port, 19: flannel_kube_network_policies_enabled,
    20: flannel_kube_network_policies_image, 21: cni_name,
});

impl BootstrapManifestsConfig {
    /// The id of the only one.
    pub const ID: &str = "manifests";
}

spec!(
    BootstrapManifestsConfig,
    "BootstrapManifestsConfigs.kubernetes.talos.dev",
    namespace::CONTROL_PLANE,
    Definition::new()
);
