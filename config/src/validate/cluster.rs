//! Rules of `cluster`.

use super::{Report, Sign, is_domain};
use crate::endpoint::url;
use crate::v1alpha1::cluster::etcd::Etcd;
use crate::v1alpha1::cluster::network::{Cni, CniName};
use crate::v1alpha1::{Cluster, Machine};

/// All rules of `cluster`.
pub(super) fn check(cluster: &Cluster, machine: &Machine, report: &mut Report) {
    endpoint(cluster, report);
    if let Some(network) = &cluster.network {
        if let Some(domain) =
            network.dns_domain.as_deref().filter(|domain| !domain.is_empty() && !is_domain(domain))
        {
            report.wrong_value("cluster.network.dnsDomain", domain, "must be a domain");
        }
        // A worker starts no CNI: what its document says of one is not looked at.
        if let Some(cni) =
            network.cni.as_ref().filter(|_| machine.machine_type().is_control_plane())
        {
            check_cni(cni, report);
        }
    }
    if machine.machine_type().is_control_plane() {
        check_etcd(cluster.etcd.as_deref(), report);
    } else {
        if cluster.ca.as_ref().is_some_and(|ca| ca.key.is_some()) {
            report.wrong("cluster.ca.key", "must not be on a worker");
        }
        if cluster.etcd.is_some() {
            report.wrong("cluster.etcd", "must not be on a worker");
        }
    }
    manifests(cluster, report);
    authorizers(cluster, report);
    discovery(cluster, machine, report);
}

fn endpoint(cluster: &Cluster, report: &mut Report) {
    let path = "cluster.controlPlane.endpoint";
    match cluster.control_plane.as_ref().and_then(|part| part.endpoint.as_deref()) {
        None | Some("") => report.wrong(path, "must be set"),
        Some(text) if url(text).is_none() => {
            report.wrong_value(path, text, "must be a URL, as https://10.5.0.2:6443")
        }
        Some(_) => {}
    }
}

fn check_cni(cni: &Cni, report: &mut Report) {
    let name = cni.name.unwrap_or(CniName::Flannel);
    if name != CniName::Custom && !cni.urls.is_empty() {
        report.wrong("cluster.network.cni.urls", "must be empty unless the name is custom");
    }
    if name != CniName::Flannel && cni.flannel.is_some() {
        report.wrong("cluster.network.cni.flannel", "must be absent unless the name is flannel");
    }
}

fn check_etcd(etcd: Option<&Etcd>, report: &mut Report) {
    let Some(etcd) = etcd else { return };
    if !etcd.ca.as_ref().is_some_and(|ca| ca.certificate.is_some() && ca.key.is_some()) {
        report.wrong("cluster.etcd.ca", "must hold a certificate and its key on a control plane");
    }
    if etcd.subnet.is_some() && !etcd.advertised_subnets.is_empty() {
        report.wrong("cluster.etcd.subnet", "must be absent beside advertisedSubnets");
    }
    report.subnets("cluster.etcd.advertisedSubnets", &etcd.advertised_subnets, Sign::Allowed);
    report.subnets("cluster.etcd.listenSubnets", &etcd.listen_subnets, Sign::Allowed);
}

fn manifests(cluster: &Cluster, report: &mut Report) {
    for (index, manifest) in cluster.inline_manifests.iter().enumerate() {
        let path = format!("cluster.inlineManifests[{index}].name");
        let name = manifest.name.as_deref().unwrap_or_default();
        if name.is_empty() {
            report.wrong(&path, "must be set");
        } else if cluster.inline_manifests[..index]
            .iter()
            .any(|other| other.name.as_deref() == Some(name))
        {
            report.wrong_value(&path, name, "must not be used twice");
        }
    }
    if let Some(provider) = &cluster.external_cloud_provider
        && provider.enabled != Some(true)
        && !provider.manifests.is_empty()
    {
        report
            .wrong("cluster.externalCloudProvider.manifests", "must be empty unless it is enabled");
    }
    let provider = cluster.external_cloud_provider.iter().flat_map(|provider| &provider.manifests);
    for (index, text) in provider.enumerate().filter(|(_, text)| url(text).is_none()) {
        report.wrong_value(
            &format!("cluster.externalCloudProvider.manifests[{index}]"),
            text,
            "must be a URL",
        );
    }
}

/// Kinds of authorizers that the API server has.
const AUTHORIZERS: [&str; 3] = ["Node", "RBAC", "Webhook"];

fn authorizers(cluster: &Cluster, report: &mut Report) {
    let all = cluster.api_server.iter().flat_map(|server| &server.authorization_config);
    for (index, authorizer) in all.enumerate() {
        let kind = authorizer.kind.as_deref().unwrap_or_default();
        if !AUTHORIZERS.contains(&kind) {
            let path = format!("cluster.apiServer.authorizationConfig[{index}].type");
            report.wrong_value(&path, kind, format!("must be one of {}", AUTHORIZERS.join(", ")));
        }
    }
}

/// A discovery service, and the mesh that rests on discovery.
fn discovery(cluster: &Cluster, machine: &Machine, report: &mut Report) {
    let enabled =
        cluster.discovery.as_ref().is_some_and(|discovery| discovery.enabled == Some(true));
    let service =
        cluster.discovery.as_ref().and_then(|part| part.registries.as_ref()?.service.as_ref());
    let with_service = enabled && service.is_none_or(|service| service.disabled != Some(true));
    if let Some(text) =
        service.and_then(|service| service.endpoint.as_deref()).filter(|_| with_service)
    {
        let good = url(text).is_some_and(|url| matches!(url.rest, "" | "/"));
        if !good {
            let path = "cluster.discovery.registries.service.endpoint";
            report.wrong_value(path, text, "must be a URL without a path");
        }
    }
    let kubespan = machine.network.as_ref().and_then(|network| network.kubespan.as_ref());
    let mesh = kubespan.is_some_and(|kubespan| kubespan.enabled == Some(true));
    if mesh && !enabled {
        report.wrong("machine.network.kubespan", "must be off unless discovery is enabled");
    }
    if with_service || mesh {
        if cluster.id.as_ref().is_none_or(String::is_empty) {
            report.wrong("cluster.id", "must be set for discovery");
        }
        if cluster.secret.as_ref().is_none_or(|secret| secret.expose().is_empty()) {
            report.wrong("cluster.secret", "must be set for discovery");
        }
    }
}
