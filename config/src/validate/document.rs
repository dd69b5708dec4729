//! Rules of the documents beside the root, and of them against the root.

use super::Report;
use crate::document::Config;
use crate::network::{duid, table};
use crate::v1alpha1::dhcp4::ClientIdentifier;
use crate::v1alpha1::hostname::AutoHostname;
use crate::v1alpha1::{
    Dhcp4Config, Document, HostnameConfig, LinkConfig, ResolverConfig, StaticHostConfig,
};

/// Longest hostname, domain included (RFC 1035, section 3.1).
const MAX_HOSTNAME: usize = 253;
/// Longest first label, which becomes the kernel's hostname (HOST_NAME_MAX is 64 with its NUL).
const MAX_LABEL: usize = 63;

/// All rules of all documents.
pub(super) fn check(config: &Config, report: &mut Report) {
    for document in config.documents() {
        report.document = document.label();
        match document {
            Document::Hostname(document) => {
                hostname(document, config, report);
            }
            Document::Resolver(document) => {
                resolver(document, config, report);
            }
            Document::Link(document) => {
                link(document, report);
            }
            Document::Dhcp4(document) => {
                dhcp4(document, report);
            }
            Document::StaticHost(document) => {
                static_host(document, report);
            }
            _ => {}
        }
    }
    report.document.clear();
}

fn hostname(document: &HostnameConfig, config: &Config, report: &mut Report) {
    match (document.auto, document.hostname.as_deref()) {
        (None, None | Some("")) => report.wrong("", "must have one of auto and hostname"),
        (Some(AutoHostname::Stable), Some(name)) if !name.is_empty() => {
            report.wrong("hostname", "must be absent with auto: stable");
        }
        _ => {}
    }
    if let Some(name) = document.hostname.as_deref().filter(|name| !name.is_empty()) {
        let label = name.split('.').next().unwrap_or_default();
        if name.len() > MAX_HOSTNAME || label.is_empty() || label.len() > MAX_LABEL {
            let rule = format!(
                "must have at most {MAX_HOSTNAME} characters, the first label 1 to {MAX_LABEL}"
            );
            report.wrong_value("hostname", name, rule);
        }
    }
    let Some(machine) = config.machine() else { return };
    let legacy = machine
        .network
        .as_ref()
        .and_then(|network| network.hostname.as_deref())
        .unwrap_or_default();
    if !legacy.is_empty() {
        report.wrong("", "must not stand beside machine.network.hostname");
    }
    if machine.features.as_ref().is_some_and(|features| features.stable_hostname == Some(true)) {
        report.wrong("", "must not stand beside machine.features.stableHostname");
    }
}

fn resolver(document: &ResolverConfig, config: &Config, report: &mut Report) {
    for (index, server) in document.nameservers.iter().enumerate() {
        if server.address.is_none() {
            report.wrong(&format!("nameservers[{index}].address"), "must be set");
        }
    }
    let Some(network) = config.machine().and_then(|machine| machine.network.as_ref()) else {
        return;
    };
    let rivals = [
        ("nameservers", !network.nameservers.is_empty()),
        ("searchDomains", !network.search_domains.is_empty()),
        ("disableSearchDomain", network.disable_search_domain == Some(true)),
    ];
    for (key, set) in rivals {
        if set {
            report.wrong("", format!("must not stand beside machine.network.{key}"));
        }
    }
}

fn link(document: &LinkConfig, report: &mut Report) {
    if document.name.is_none() {
        report.wrong("name", "must be set");
    }
    for (index, address) in document.common.addresses.iter().enumerate() {
        if address.address.is_none() {
            report.wrong(&format!("addresses[{index}].address"), "must be set");
        }
    }
    for (index, route) in document.common.routes.iter().enumerate() {
        let path = format!("routes[{index}]");
        if route.destination.is_some_and(|destination| destination.length() == 0) {
            report.wrong(&format!("{path}.destination"), "must be absent for a default route");
        }
        if let Some(name) = route.table.as_deref().filter(|name| table(name).is_none()) {
            report.wrong_value(
                &format!("{path}.table"),
                name,
                "must be the name or number of a routing table",
            );
        }
    }
}

fn dhcp4(document: &Dhcp4Config, report: &mut Report) {
    if document.name.is_none() {
        report.wrong("name", "must be set");
    }
    let by_duid = document.client_identifier == Some(ClientIdentifier::Duid);
    match document.duid_raw.as_deref() {
        Some(_) if !by_duid => {
            report.wrong("duidRaw", "must be absent unless clientIdentifier is duid")
        }
        None if by_duid => report.wrong("duidRaw", "must be set when clientIdentifier is duid"),
        Some(text) if duid(text).is_none() => {
            report.wrong_value("duidRaw", text, "must be bytes in hexadecimal, as 00:01:aa");
        }
        Some(_) | None => {}
    }
}

fn static_host(document: &StaticHostConfig, report: &mut Report) {
    if document.address.is_none() {
        report.wrong("name", "must be set to an IP address");
    }
    if document.hostnames.is_empty() {
        report.wrong("hostnames", "must hold a name");
    }
}
