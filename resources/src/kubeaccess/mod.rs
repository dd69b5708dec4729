//! The machine API for pods.

mod kubernetes_access_config;

pub use kubernetes_access_config::KubernetesAccessConfig;
