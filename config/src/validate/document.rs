//! Rules of the documents beside the root: which part of this crate has them for which kind, that
//! named kinds have names, and what cannot stand beside what.

use super::{Report, link, registry, service, volume};
use crate::document::Config;
use crate::v1alpha1::Document;

/// All rules of all documents.
pub(super) fn check(config: &Config, report: &mut Report) {
    for document in config.documents() {
        report.document = document.label();
        if document.table().named && document.name().is_none() && needs_name(document) {
            report.wrong("name", "must be set");
        }
        of_kind(document, report);
    }
    conflicts(config, report);
    beside_the_root(config, report);
    report.document.clear();
}

/// Authorities may go without a name, and volumes say more about theirs.
fn needs_name(document: &Document) -> bool {
    !matches!(
        document,
        Document::TrustedRoots(_)
            | Document::Volume(_)
            | Document::UserVolume(_)
            | Document::RawVolume(_)
            | Document::SwapVolume(_)
            | Document::ExistingVolume(_)
            | Document::ExternalVolume(_)
    )
}

/// Rules of one document by itself.
fn of_kind(document: &Document, report: &mut Report) {
    match document {
        // The root has rules of its own; of the others every value is right that has the type.
        Document::Root(_)
        | Document::DummyLink(_)
        | Document::Link(_)
        | Document::Bridge(_)
        | Document::Ethernet(_)
        | Document::BlackholeRoute(_)
        | Document::KubeSpanEndpoints(_)
        | Document::NetworkDefaultAction(_)
        | Document::PciDriverRebind(_)
        | Document::TrustedRoots(_) => {}
        Document::Bond(document) => link::bond(document, report),
        Document::Vlan(document) => link::vlan(document, report),
        Document::Vrf(document) => link::vrf(document, report),
        Document::Wireguard(document) => link::wireguard(document, report),
        Document::LinkAlias(document) => link::alias(document, report),
        Document::Dhcp4(document) => {
            link::dhcp(document.client_identifier, document.duid_raw.as_deref(), report);
        }
        Document::Dhcp6(document) => {
            link::dhcp(document.client_identifier, document.duid_raw.as_deref(), report);
        }
        Document::Layer2Vip(document) => link::vip(document.link.as_deref(), report),
        Document::HCloudVip(document) => {
            link::vip(document.link.as_deref(), report);
            if document.api_token.as_ref().is_none_or(|token| token.expose().is_empty()) {
                report.wrong("apiToken", "must be set");
            }
        }
        Document::RoutingRule(document) => link::routing_rule(document, report),
        Document::Hostname(document) => service::hostname(document, report),
        Document::Resolver(document) => service::resolver(document, report),
        Document::StaticHost(document) => service::static_host(document, report),
        Document::TimeSync(document) => service::time_sync(document, report),
        Document::NetworkRule(document) => service::network_rule(document, report),
        Document::KubeSpan(document) => service::kubespan(document, report),
        Document::TcpProbe(document) => service::tcp_probe(document, report),
        Document::Environment(document) => service::environment(document, report),
        Document::EventSink(document) => service::event_sink(document, report),
        Document::KmsgLog(document) => service::kmsg_log(document, report),
        Document::Oom(document) => service::oom(document, report),
        Document::WatchdogTimer(document) => service::watchdog(document, report),
        Document::ExtensionService(document) => service::extension(document, report),
        Document::SideroLink(document) => service::siderolink(document, report),
        Document::Zswap(document) => service::zswap(document, report),
        Document::RegistryAuth(document) => registry::auth(document, report),
        Document::RegistryMirror(document) => registry::mirror(document, report),
        Document::RegistryTls(document) => registry::tls(document, report),
        Document::ImageVerification(document) => registry::image_verification(document, report),
        Document::Volume(document) => volume::system(document, report),
        Document::UserVolume(document) => volume::user(document, report),
        Document::RawVolume(document) => volume::raw(document, report),
        Document::SwapVolume(document) => volume::swap(document, report),
        Document::ExistingVolume(document) => volume::existing(document, report),
        Document::ExternalVolume(document) => volume::external(document, report),
    }
    if let Some(fields) = link_fields(document) {
        link::common(fields, report);
    }
}

/// What every kind of link has.
fn link_fields(document: &Document) -> Option<&crate::v1alpha1::link::LinkFields> {
    Some(match document {
        Document::Bond(document) => &document.common,
        Document::Bridge(document) => &document.common,
        Document::DummyLink(document) => &document.common,
        Document::Link(document) => &document.common,
        Document::Vlan(document) => &document.common,
        Document::Vrf(document) => &document.common,
        Document::Wireguard(document) => &document.common,
        _ => return None,
    })
}

/// Things that only one document may make, by name.
fn makes(document: &Document) -> Option<&'static str> {
    match document {
        Document::Bond(_)
        | Document::Bridge(_)
        | Document::DummyLink(_)
        | Document::Link(_)
        | Document::Vlan(_)
        | Document::Vrf(_)
        | Document::Wireguard(_) => Some("link"),
        Document::UserVolume(_) | Document::ExistingVolume(_) => Some("volume"),
        Document::Layer2Vip(_) | Document::HCloudVip(_) => Some("shared address"),
        _ => None,
    }
}

/// Two documents about one thing.
fn conflicts(config: &Config, report: &mut Report) {
    let made: Vec<_> = config
        .documents()
        .iter()
        .filter_map(|document| Some((makes(document)?, document.name()?, document)))
        .collect();
    for (index, (what, name, document)) in made.iter().enumerate() {
        let first = made[..index].iter().find(|(other, named, _)| other == what && named == name);
        if let Some((_, _, first)) = first {
            report.document = document.label();
            report.wrong("name", format!("must not name the {what} of {}", first.label()));
        }
    }
}

/// Documents against the fields of the root that they replace.
fn beside_the_root(config: &Config, report: &mut Report) {
    let Some(machine) = config.machine() else { return };
    let network = machine.network.as_deref();
    for document in config.documents() {
        report.document = document.label();
        let mut rivals: Vec<(&str, bool)> = Vec::new();
        match document {
            Document::Hostname(_) => {
                let name = network.and_then(|network| network.hostname.as_deref());
                let features = machine.features.as_ref();
                let stable = features.and_then(|features| features.stable_hostname);
                rivals.push(("network.hostname", name.is_some_and(|name| !name.is_empty())));
                rivals.push(("features.stableHostname", stable == Some(true)));
            }
            Document::Resolver(_) => {
                if let Some(network) = network {
                    let domain = network.disable_search_domain == Some(true);
                    rivals.push(("network.nameservers", !network.nameservers.is_empty()));
                    rivals.push(("network.searchDomains", !network.search_domains.is_empty()));
                    rivals.push(("network.disableSearchDomain", domain));
                }
            }
            Document::TimeSync(_) => {
                let servers = machine.time.as_ref().is_some_and(|time| !time.servers.is_empty());
                rivals.push(("time.servers", servers));
            }
            Document::KubeSpan(_) => {
                let mesh = network.is_some_and(|network| network.kubespan.is_some());
                rivals.push(("network.kubespan", mesh));
            }
            Document::Volume(volume) if volume.encryption.is_some() => {
                let legacy = machine.system_disk_encryption.as_ref();
                let part = |name: &str| match name {
                    "STATE" => legacy.is_some_and(|legacy| legacy.state.is_some()),
                    "EPHEMERAL" => legacy.is_some_and(|legacy| legacy.ephemeral.is_some()),
                    _ => false,
                };
                let both = volume.name.as_deref().is_some_and(part);
                rivals.push(("systemDiskEncryption", both));
            }
            _ => {}
        }
        for (key, _) in rivals.into_iter().filter(|(_, set)| *set) {
            report.wrong("", format!("must not stand beside machine.{key}"));
        }
    }
}

#[cfg(test)]
mod tests;
