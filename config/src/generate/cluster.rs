//! The `cluster` section of a new configuration.

use super::section::{Section, authority, authority_alone, key};
use super::{Notes, Request};
use crate::endpoint::url;
use crate::pki::Bundle;
use crate::pki::bundle::Cipher;
use crate::v1alpha1::MachineType;
use crate::yaml::Tree;

/// The section for a machine of a kind.
pub(super) fn cluster(kind: MachineType, request: &Request<'_>, bundle: &Bundle) -> Section {
    let control_plane = kind.is_control_plane();
    let section = Section::new()
        .with("id", bundle.cluster_id.as_str())
        .with("secret", &bundle.cluster_secret)
        .with("controlPlane", Section::new().with("endpoint", request.endpoint))
        .when(control_plane || request.contract.workers_know_cluster(), |cluster| {
            cluster.with("clusterName", request.name)
        })
        .with("network", network(request))
        .with("token", &bundle.bootstrap_token);
    if !control_plane {
        return section
            .with("ca", authority_alone(&bundle.kubernetes))
            .with("discovery", discovery(request));
    }
    let cipher = match bundle.cipher {
        Cipher::AesCbc => "aescbcEncryptionSecret",
        Cipher::Secretbox => "secretboxEncryptionSecret",
    };
    let of_image = |part: &str| {
        let image = format!("registry.k8s.io/{part}:v{}", request.kubernetes_version);
        Section::new().with("image", image)
    };
    section
        .with(cipher, &bundle.encryption_key)
        .with("ca", authority(&bundle.kubernetes))
        .with("aggregatorCA", authority(&bundle.aggregator))
        .with("serviceAccount", Section::new().with("key", key(&bundle.service_account)))
        .with("apiServer", api_server(request, of_image("kube-apiserver")))
        .with("controllerManager", of_image("kube-controller-manager"))
        .with("proxy", of_image("kube-proxy"))
        .with("scheduler", of_image("kube-scheduler"))
        .with("discovery", discovery(request))
        .with("etcd", Section::new().with("ca", authority(&bundle.etcd)))
        .when(request.notes != Notes::default(), |cluster| {
            // As examples that change nothing.
            cluster.with("extraManifests", Vec::new()).with("inlineManifests", Vec::new())
        })
}

/// Networks of pods and services, of the family of the endpoint's address.
fn network(request: &Request<'_>) -> Section {
    let address = url(request.endpoint).and_then(|url| url.address());
    let (pods, services) = if address.is_some_and(|address| address.is_ipv6()) {
        ("fc00:db8:10::/56", "fc00:db8:20::/112")
    } else {
        ("10.244.0.0/16", "10.96.0.0/12")
    };
    Section::new()
        .with("dnsDomain", request.dns_domain)
        .with("podSubnets", vec![Tree::from(pods)])
        .with("serviceSubnets", vec![Tree::from(services)])
}

fn discovery(request: &Request<'_>) -> Section {
    let kubernetes = Section::new()
        .when(request.contract.no_kubernetes_discovery(), |part| part.with("disabled", true));
    let registries = Section::new().with("kubernetes", kubernetes).with("service", Section::new());
    Section::new().with("enabled", request.discovery).with("registries", registries)
}

fn api_server(request: &Request<'_>, section: Section) -> Section {
    let contract = request.contract;
    let mut names = request.cert_sans.to_vec();
    if !contract.documents()
        && let Some(url) = url(request.endpoint)
    {
        names.insert(0, url.host.to_owned());
    }
    section
        .when(!names.is_empty(), |section| section.with("certSANs", names.as_slice()))
        .when(!contract.documents(), |section| section.with("disablePodSecurityPolicy", true))
        .when(contract.pod_security(), |section| {
            section.with("admissionControl", vec![pod_security()])
        })
        .when(contract.audit_policy(), |section| section.with("auditPolicy", audit_policy()))
}

/// Pods must keep the baseline of the pod security standards; what the restricted one forbids is
/// warned about.
fn pod_security() -> Tree {
    let defaults = Section::new()
        .with("audit", "restricted")
        .with("audit-version", "latest")
        .with("enforce", "baseline")
        .with("enforce-version", "latest")
        .with("warn", "restricted")
        .with("warn-version", "latest");
    let exemptions = Section::new()
        .with("namespaces", vec![Tree::from("kube-system")])
        .with("runtimeClasses", Vec::new())
        .with("usernames", Vec::new());
    let configuration = Section::new()
        .with("apiVersion", "pod-security.admission.config.k8s.io/v1alpha1")
        .with("defaults", defaults)
        .with("exemptions", exemptions)
        .with("kind", "PodSecurityConfiguration");
    Section::new().with("name", "PodSecurity").with("configuration", configuration).into()
}

/// Who did what, without contents.
fn audit_policy() -> Section {
    Section::new()
        .with("apiVersion", "audit.k8s.io/v1")
        .with("kind", "Policy")
        .with("rules", vec![Section::new().with("level", "Metadata").into()])
}
