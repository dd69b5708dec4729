//! `cluster.network`: networks of pods and services.

use crate::field::{choice, section};
use crate::value::Prefix;

section! {
    /// The networks.
    pub struct ClusterNetwork {
        /// What connects pods.
        "cni" => cni: Option<Cni>,
        /// Domain of services; `cluster.local` when absent.
        "dnsDomain" => dns_domain: Option<String>,
        /// Networks of pods; 10.244.0.0/16 when absent.
        "podSubnets" => pod_subnets: Vec<Prefix>,
        /// Networks of services; 10.96.0.0/12 when absent.
        "serviceSubnets" => service_subnets: Vec<Prefix>,
    }
}

section! {
    /// What connects pods.
    pub struct Cni {
        /// Which one; flannel when absent.
        "name" => name: Option<CniName>,
        /// URLs of manifests, for a custom one.
        "urls" => urls: Vec<String>,
        /// Options of flannel.
        "flannel" => flannel: Option<Flannel>,
    }
}

choice! {
    /// What can connect pods.
    pub enum CniName {
        /// Ours.
        Flannel = "flannel",
        /// The operator's, from URLs.
        Custom = "custom",
        /// None; somebody else brings one.
        None = "none",
    }
}

section! {
    /// Options of flannel.
    pub struct Flannel {
        /// Further arguments.
        "extraArgs" => extra_args: Vec<String>,
        /// Whether network policies are enforced.
        "kubeNetworkPoliciesEnabled" => kube_network_policies_enabled: Option<bool>,
    }
}
