//! KubeSpanConfig: the mesh between the cluster's members.

use crate::field::section;
use crate::table::Merge;

section! {
    /// Connects the members of the cluster by WireGuard, wherever they are.
    pub struct KubeSpanConfig as "network.KubeSpanConfigV1Alpha1" {
        /// Whether there is a mesh.
        "enabled" => enabled: Option<bool> { default: "false" },
        /// Whether the networks of pods are reached through it.
        "advertiseKubernetesNetworks" => advertise_kubernetes_networks: Option<bool> { default: "false" },
        /// Whether a member that the mesh does not reach is reached without it, unencrypted.
        "allowDownPeerBypass" => allow_down_peer_bypass: Option<bool> { default: "false" },
        /// Whether addresses at which others see a member are told to all.
        "harvestExtraEndpoints" => harvest_extra_endpoints: Option<bool> { default: "false" },
        /// Largest packet in bytes, at least 1280.
        "mtu" => mtu: Option<u32> { default: "1420", merge: Merge::Replace },
        /// Which addresses take part.
        "filters" => filters: Option<KubeSpanFilters>,
    }
}

section! {
    /// Which addresses take part in the mesh; a network with `!` in front is left out.
    pub struct KubeSpanFilters as "network.KubeSpanFiltersConfig" {
        /// Networks of the addresses at which members are reached.
        "endpoints" => endpoints: Vec<String> { example: "[0.0.0.0/0, \"!192.168.0.0/16\"]" },
        /// Networks that are not offered to other members.
        "excludeAdvertisedNetworks" => exclude_advertised_networks: Vec<String> { example: "[192.168.1.0/24]", schema: r#"{"items":{"type":"string","pattern":"^[0-9a-f.:]+/\\d{1,3}$"},"type":"array"}"# },
    }
}
