//! `machine.network`: the network in the root document. Deprecated in favour of documents of their
//! own.

use std::net::IpAddr;

use super::interface::Interface;
use crate::field::section;

section! {
    /// The network.
    pub struct Network {
        /// The hostname.
        "hostname" => hostname: Option<String>,
        /// Links.
        "interfaces" => interfaces: Vec<Interface>,
        /// Name servers.
        "nameservers" => nameservers: Vec<IpAddr>,
        /// Domains in which short names are looked for.
        "searchDomains" => search_domains: Vec<String>,
        /// Names that are known without a name server.
        "extraHostEntries" => extra_host_entries: Vec<ExtraHost>,
        /// The mesh between the cluster's members.
        "kubespan" => kubespan: Option<KubeSpan>,
        /// Whether the domain of the hostname is no search domain.
        "disableSearchDomain" => disable_search_domain: Option<bool>,
    }
}

section! {
    /// Names of an address.
    pub struct ExtraHost {
        /// The address.
        "ip" => ip: Option<IpAddr>,
        /// Its names.
        "aliases" => aliases: Vec<String>,
    }
}

section! {
    /// The mesh between the cluster's members.
    pub struct KubeSpan {
        /// Whether there is one.
        "enabled" => enabled: Option<bool>,
        /// Whether pods' networks go through it.
        "advertiseKubernetesNetworks" => advertise_kubernetes_networks: Option<bool>,
        /// Whether a peer that is down is reached outside of it.
        "allowDownPeerBypass" => allow_down_peer_bypass: Option<bool>,
        /// Whether endpoints that peers see are told to others.
        "harvestExtraEndpoints" => harvest_extra_endpoints: Option<bool>,
        /// Largest packet in bytes; 1420 when absent.
        "mtu" => mtu: Option<u32>,
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
