//! ResolverConfig: name servers and search domains.

use std::net::IpAddr;

use crate::field::section;

section! {
    /// Says whom the machine asks for names.
    pub struct ResolverConfig as "network.ResolverConfigV1Alpha1" {
        /// The name servers, in order.
        "nameservers" => nameservers: Vec<Nameserver>,
        /// The search domains.
        "searchDomains" => search_domains: Option<SearchDomains>,
    }
}

section! {
    /// A name server.
    pub struct Nameserver as "network.NameserverConfig" {
        /// Its address.
        "address" => address: Option<IpAddr> { example: "10.0.0.53", applied: &["network.ResolverConfig"] },
    }
}

section! {
    /// Domains in which short names are looked for.
    pub struct SearchDomains as "network.SearchDomainsConfig" {
        /// The domains, in order.
        "domains" => domains: Vec<String> { example: "[example.org]", applied: &["network.ResolverConfig"] },
        /// Whether the domain of the machine's own name is none of them.
        "disableDefault" => disable_default: Option<bool> { default: "false" },
    }
}
