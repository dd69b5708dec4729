//! `cluster.network`: networks of pods and services.

use crate::field::{choice, section};
use crate::table::Merge;
use crate::value::Prefix;

section! {
    /// The networks.
    pub struct ClusterNetwork as "v1alpha1.ClusterNetworkConfig" {
        /// What connects pods.
        "cni" => cni: Option<Cni> { default: "{}" },
        /// Domain of services; `cluster.local` when absent.
        "dnsDomain" => dns_domain: Option<String> { default: "cluster.local" },
        /// Networks of pods; 10.244.0.0/16 when absent.
        "podSubnets" => pod_subnets: Vec<Prefix> { default: "[10.244.0.0/16]", merge: Merge::Replace, schema: r#"{"items":{"type":"string"},"type":"array"}"# },
        /// Networks of services; 10.96.0.0/12 when absent.
        "serviceSubnets" => service_subnets: Vec<Prefix> { default: "[10.96.0.0/12]", merge: Merge::Replace, schema: r#"{"items":{"type":"string"},"type":"array"}"# },
    }
}

section! {
    /// What connects pods.
    pub struct Cni as "v1alpha1.CNIConfig" {
        /// Which one; flannel when absent.
        "name" => name: Option<CniName> { default: "flannel" },
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
    pub struct Flannel as "v1alpha1.FlannelCNIConfig" {
        /// Further arguments.
        "extraArgs" => extra_args: Vec<String>,
        /// Whether network policies are enforced.
        "kubeNetworkPoliciesEnabled" => kube_network_policies_enabled: Option<bool> { default: "false" },
    }
}
