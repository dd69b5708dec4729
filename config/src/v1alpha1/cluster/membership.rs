//! `cluster.discovery`: how the members of a cluster find each other.

use crate::field::section;

section! {
    /// Discovery.
    pub struct Discovery as "v1alpha1.ClusterDiscoveryConfig" {
        /// Whether there is any.
        "enabled" => enabled: Option<bool> { default: "false" },
        /// Where members are looked for.
        "registries" => registries: Option<DiscoveryRegistries>,
    }
}

section! {
    /// Where members are looked for.
    pub struct DiscoveryRegistries as "v1alpha1.DiscoveryRegistriesConfig" {
        /// In Kubernetes.
        "kubernetes" => kubernetes: Option<KubernetesRegistry>,
        /// At a service.
        "service" => service: Option<ServiceRegistry>,
    }
}

section! {
    /// Members as nodes of Kubernetes.
    pub struct KubernetesRegistry as "v1alpha1.RegistryKubernetesConfig" {
        /// Whether it is not used.
        "disabled" => disabled: Option<bool> { default: "false" },
    }
}

section! {
    /// Members at a service.
    pub struct ServiceRegistry as "v1alpha1.RegistryServiceConfig" {
        /// Whether it is not used.
        "disabled" => disabled: Option<bool> { default: "false" },
        /// Its URL.
        "endpoint" => endpoint: Option<String> { default: "https://discovery.talos.dev/" },
    }
}
