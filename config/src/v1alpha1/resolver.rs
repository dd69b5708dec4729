//! ResolverConfig: name servers and search domains.

use std::net::IpAddr;

use crate::field::section;

section! {
    /// Name servers and search domains.
    pub struct ResolverConfig {
        /// The name servers, in order.
        "nameservers" => nameservers: Vec<Nameserver>,
        /// The search domains.
        "searchDomains" => search_domains: Option<SearchDomains>,
    }
}

section! {
    /// A name server.
    pub struct Nameserver {
        /// Its address.
        "address" => address: Option<IpAddr>,
    }
}

section! {
    /// Domains in which short names are looked for.
    pub struct SearchDomains {
        /// The domains, in order.
        "domains" => domains: Vec<String>,
        /// Whether the domain of the hostname is none of them.
        "disableDefault" => disable_default: Option<bool>,
    }
}
