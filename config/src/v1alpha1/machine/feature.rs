//! `machine.features`: what can be switched on and off.

use crate::field::section;

section! {
    /// The switches; every one is off when absent.
    pub struct Features as "v1alpha1.FeaturesConfig" {
        /// Roles in client certificates; always on. Deprecated.
        "rbac" => rbac: Option<bool> { hidden: true, default: "true" },
        /// A hostname derived from the machine. Deprecated in favour of HostnameConfig.
        "stableHostname" => stable_hostname: Option<bool> { hidden: true, default: "false", applied: &["network.HostnameConfig"] },
        /// Pods that may use the machine API.
        "kubernetesTalosAPIAccess" => kubernetes_api_access: Option<KubernetesApiAccess>,
        /// Client certificates must be for clients; always on. Deprecated.
        "apidCheckExtKeyUsage" => apid_check_ext_key_usage: Option<bool> { hidden: true, default: "true" },
        /// Quotas on EPHEMERAL.
        "diskQuotaSupport" => disk_quota_support: Option<bool> { default: "false" },
        /// The load balancer of the API servers on every node.
        "kubePrism" => kube_prism: Option<KubePrism>,
        /// The caching name server of the host.
        "hostDNS" => host_dns: Option<HostDns>,
        /// The cache of container images.
        "imageCache" => image_cache: Option<ImageCache>,
        /// Order of the node's addresses: `v1` or `v2`.
        "nodeAddressSortAlgorithm" => node_address_sort_algorithm: Option<String> { default: "v1" },
    }
}

section! {
    /// Access to the machine API for pods.
    pub struct KubernetesApiAccess as "v1alpha1.KubernetesTalosAPIAccessConfig" {
        /// Whether there is any.
        "enabled" => enabled: Option<bool> { default: "false" },
        /// Roles that may be given.
        "allowedRoles" => allowed_roles: Vec<String> { example: "[os:reader]" },
        /// Namespaces whose pods may have it.
        "allowedKubernetesNamespaces" => allowed_namespaces: Vec<String> { example: "[kube-system]" },
    }
}

section! {
    /// The load balancer of the API servers.
    pub struct KubePrism as "v1alpha1.KubePrism" {
        /// Whether it runs.
        "enabled" => enabled: Option<bool> { default: "false" },
        /// Port on loopback; 7445 when absent.
        "port" => port: Option<u16> { default: "7445" },
    }
}

section! {
    /// The caching name server.
    pub struct HostDns as "v1alpha1.HostDNSConfig" {
        /// Whether it runs.
        "enabled" => enabled: Option<bool> { default: "false" },
        /// Whether CoreDNS asks it.
        "forwardKubeDNSToHost" => forward_kube_dns_to_host: Option<bool> { default: "false" },
        /// Whether it knows the names of the cluster's members.
        "resolveMemberNames" => resolve_member_names: Option<bool> { default: "false" },
    }
}

section! {
    /// The cache of container images.
    pub struct ImageCache as "v1alpha1.ImageCacheConfig" {
        /// Whether images come from it first.
        "localEnabled" => local_enabled: Option<bool> { default: "false" },
    }
}
