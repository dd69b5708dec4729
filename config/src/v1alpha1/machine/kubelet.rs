//! `machine.kubelet`: the kubelet.

use std::collections::BTreeMap;

use crate::field::section;
use crate::value::{Argument, Free};

section! {
    /// The kubelet.
    pub struct Kubelet {
        /// Its image.
        "image" => image: Option<String>,
        /// Name servers of pods.
        "clusterDNS" => cluster_dns: Vec<String>,
        /// Further arguments.
        "extraArgs" => extra_args: BTreeMap<String, Argument>,
        /// Further mounts.
        "extraMounts" => extra_mounts: Vec<ExtraMount>,
        /// Further fields of its own configuration.
        "extraConfig" => extra_config: Option<Free>,
        /// Its credential providers.
        "credentialProviderConfig" => credential_provider_config: Option<Free>,
        /// Whether pods run under the runtime's seccomp profile by default.
        "defaultRuntimeSeccompProfileEnabled" => default_runtime_seccomp_profile_enabled: Option<bool>,
        /// Whether the node is called by its full name.
        "registerWithFQDN" => register_with_fqdn: Option<bool>,
        /// Which address the node has.
        "nodeIP" => node_ip: Option<NodeIp>,
        /// Whether it runs without joining a cluster.
        "skipNodeRegistration" => skip_node_registration: Option<bool>,
        /// Whether it reads no static pods from a folder.
        "disableManifestsDirectory" => disable_manifests_directory: Option<bool>,
    }
}

section! {
    /// A mount, as the runtime specification of OCI has it.
    pub struct ExtraMount {
        /// Where it is mounted.
        "destination" => destination: Option<String>,
        /// Kind of file system.
        "type" => kind: Option<String>,
        /// What is mounted.
        "source" => source: Option<String>,
        /// Options.
        "options" => options: Vec<String>,
        /// Users.
        "uidMappings" => uid_mappings: Vec<IdMapping>,
        /// Groups.
        "gidMappings" => gid_mappings: Vec<IdMapping>,
    }
}

section! {
    /// A range of identities.
    pub struct IdMapping {
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
    pub struct NodeIp {
        /// Networks of it; a leading `!` excludes one.
        "validSubnets" => valid_subnets: Vec<String>,
    }
}
