//! `machine.network`: the network in the root document. Deprecated in favour of documents of their
//! own.

use std::net::IpAddr;

use super::interface::Interface;
use crate::field::section;
use crate::table::Merge;

section! {
    /// The network.
    pub struct Network {
        /// The hostname.
        "hostname" => hostname: Option<String> { applied: &["network.HostnameConfig"] },
        /// Links.
        "interfaces" => interfaces: Vec<Interface> { merge: Merge::By(&["interface", "deviceSelector"]) },
        /// Name servers.
        "nameservers" => nameservers: Vec<IpAddr> { applied: &["network.ResolverConfig"] },
        /// Domains in which short names are looked for.
        "searchDomains" => search_domains: Vec<String> { applied: &["network.ResolverConfig"] },
        /// Names that are known without a name server.
        "extraHostEntries" => extra_host_entries: Vec<ExtraHost>,
        /// The mesh between the cluster's members.
        "kubespan" => kubespan: Option<KubeSpan>,
        /// Whether the domain of the hostname is no search domain.
        "disableSearchDomain" => disable_search_domain: Option<bool> { default: "false" },
    }
}

section! {
    /// Names of an address.
    pub struct ExtraHost {
        /// The address.
        "ip" => ip: Option<IpAddr> { applied: &["files.EtcFile"] },
        /// Its names.
        "aliases" => aliases: Vec<String> { applied: &["files.EtcFile"] },
    }
}

section! {
    /// The mesh between the cluster's members.
    pub struct KubeSpan {
        /// Whether there is one.
        "enabled" => enabled: Option<bool> { default: "false" },
        /// Whether pods' networks go through it.
        "advertiseKubernetesNetworks" => advertise_kubernetes_networks: Option<bool> { default: "false" },
        /// Whether a peer that is down is reached outside of it.
        "allowDownPeerBypass" => allow_down_peer_bypass: Option<bool> { default: "false" },
        /// Whether endpoints that peers see are told to others.
        "harvestExtraEndpoints" => harvest_extra_endpoints: Option<bool> { default: "false" },
        /// Largest packet in bytes; 1420 when absent.
        "mtu" => mtu: Option<u32> { default: "1420", merge: Merge::Replace },
        /// Which addresses take part.
        "filters" => filters: Option<KubeSpanFilters>,
    }
}

section! {
    /// Which addresses take part; a leading `!` excludes a network.
    pub struct KubeSpanFilters {
        /// Endpoints.
        "endpoints" => endpoints: Vec<String>,
        /// Networks that are not advertised.
        "excludeAdvertisedNetworks" => exclude_advertised_networks: Vec<String>,
    }
}
