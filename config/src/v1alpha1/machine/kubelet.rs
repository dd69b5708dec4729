//! `machine.kubelet`: the kubelet.

use std::collections::BTreeMap;

use crate::field::section;
use crate::value::{Argument, Free};

section! {
    /// The kubelet.
    pub struct Kubelet as "v1alpha1.KubeletConfig" {
        /// Its image.
        "image" => image: Option<String> { default: "ghcr.io/siderolabs/kubelet:v1.36.3" },
        /// Name servers of pods.
        "clusterDNS" => cluster_dns: Vec<String> { example: "[10.96.0.10]" },
        /// Further arguments.
        "extraArgs" => extra_args: BTreeMap<String, Argument> { example: "{feature-gates: AllBeta=true}" },
        /// Further mounts.
        "extraMounts" => extra_mounts: Vec<ExtraMount>,
        /// Further fields of its own configuration.
        "extraConfig" => extra_config: Option<Free> { example: "{serverTLSBootstrap: true}" },
        /// Its credential providers.
        "credentialProviderConfig" => credential_provider_config: Option<Free>,
        /// Whether pods run under the runtime's seccomp profile by default.
        "defaultRuntimeSeccompProfileEnabled" => default_runtime_seccomp_profile_enabled: Option<bool> { default: "false" },
        /// Whether the node is called by its full name.
        "registerWithFQDN" => register_with_fqdn: Option<bool> { default: "false" },
        /// Which address the node has.
        "nodeIP" => node_ip: Option<NodeIp>,
        /// Whether it runs without joining a cluster.
        "skipNodeRegistration" => skip_node_registration: Option<bool> { default: "false" },
        /// Whether it reads no static pods from a folder.
        "disableManifestsDirectory" => disable_manifests_directory: Option<bool> { default: "false" },
    }
}

section! {
    /// A mount, as the runtime specification of OCI has it.
    pub struct ExtraMount as "v1alpha1.ExtraMount" {
        /// Where it is mounted.
        "destination" => destination: Option<String>,
        /// Kind of file system.
        "type" => kind: Option<String>,
        /// What is mounted.
        "source" => source: Option<String>,
        /// Options.
        "options" => options: Vec<String> { example: "[bind, rshared, rw]" },
        /// Users.
        "uidMappings" => uid_mappings: Vec<IdMapping>,
        /// Groups.
        "gidMappings" => gid_mappings: Vec<IdMapping>,
    }
}

section! {
    /// A range of identities.
    pub struct IdMapping as "v1alpha1.LinuxIDMapping" {
        /// First inside.
        "containerID" => container_id: Option<u32>,
        /// First outside.
        "hostID" => host_id: Option<u32>,
        /// How many.
        "size" => size: Option<u32>,
    }
}

section! {
    /// Which address the node has.
    pub struct NodeIp as "v1alpha1.KubeletNodeIPConfig" {
        /// Networks of it; a leading `!` excludes one.
        "validSubnets" => valid_subnets: Vec<String> { example: "[10.0.0.0/8, \"!10.0.0.3/32\"]" },
    }
}
