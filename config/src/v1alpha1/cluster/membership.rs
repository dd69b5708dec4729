//! `cluster.discovery`: how the members of a cluster find each other.

use crate::field::section;

section! {
    /// Discovery.
    pub struct Discovery {
        /// Whether there is any.
        "enabled" => enabled: Option<bool>,
        /// Where members are looked for.
        "registries" => registries: Option<DiscoveryRegistries>,
    }
}

section! {
    /// Where members are looked for.
    pub struct DiscoveryRegistries {
        /// In Kubernetes.
        "kubernetes" => kubernetes: Option<KubernetesRegistry>,
        /// At a service.
        "service" => service: Option<ServiceRegistry>,
    }
}

section! {
    /// Members as nodes of Kubernetes.
    pub struct KubernetesRegistry {
        /// Whether it is not used.
        "disabled" => disabled: Option<bool>,
    }
}

section! {
    /// Members at a service.
    pub struct ServiceRegistry {
        /// Whether it is not used.
        "disabled" => disabled: Option<bool>,
        /// Its URL.
        "endpoint" => endpoint: Option<String>,
    }
}
