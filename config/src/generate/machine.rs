//! The `machine` section of a new configuration.

use super::section::{Section, authority, authority_alone};
use super::{KUBE_PRISM_PORT, Request};
use crate::pki::Bundle;
use crate::v1alpha1::MachineType;

/// The section for a machine of a kind.
pub(super) fn machine(kind: MachineType, request: &Request<'_>, bundle: &Bundle) -> Section {
    let contract = request.contract;
    let control_plane = kind.is_control_plane();
    Section::new()
        .with("type", kind.as_str())
        .with("token", &bundle.machine_token)
        .with("ca", if control_plane { authority(&bundle.os) } else { authority_alone(&bundle.os) })
        .with("certSANs", request.cert_sans)
        .with("kubelet", kubelet(request))
        .when(!contract.kube_span_document(), |machine| machine.with("network", network(request)))
        .with("install", install(request))
        .some("registries", registries(request))
        .with("features", features(request))
        .when(control_plane && contract.load_balancer_label(), |machine| {
            let label = "node.kubernetes.io/exclude-from-external-load-balancers";
            machine.with("nodeLabels", Section::new().with(label, ""))
        })
}

fn kubelet(request: &Request<'_>) -> Section {
    let contract = request.contract;
    let image = format!("ghcr.io/siderolabs/kubelet:v{}", request.kubernetes_version);
    Section::new()
        .with("image", image)
        .when(contract.seccomp_default(), |kubelet| {
            kubelet.with("defaultRuntimeSeccompProfileEnabled", true)
        })
        .when(contract.no_manifests_folder(), |kubelet| {
            kubelet.with("disableManifestsDirectory", true)
        })
}

/// The section of old, empty but for KubeSpan.
fn network(request: &Request<'_>) -> Section {
    Section::new().when(request.kube_span, |network| {
        network.with("kubespan", Section::new().with("enabled", true))
    })
}

fn install(request: &Request<'_>) -> Section {
    Section::new()
        .with("disk", request.install_disk)
        .some("image", request.install_image)
        .with("wipe", false)
        .when(request.contract.documents(), |install| install.with("grubUseUKICmdline", true))
}

/// Mirrors, where they are not documents of their own.
fn registries(request: &Request<'_>) -> Option<Section> {
    if request.contract.documents() {
        return None;
    }
    let moved = ["https://registry.k8s.io".to_owned(), "https://k8s.gcr.io".to_owned()];
    let mirror = |mirrors: Section, host: &str, endpoints: &[String]| {
        mirrors.with(host, Section::new().with("endpoints", endpoints))
    };
    let mut mirrors = Section::new();
    if request.contract.moved_registry() {
        mirrors = mirror(mirrors, "k8s.gcr.io", &moved);
    }
    for (host, endpoints) in request.mirrors {
        mirrors = mirror(mirrors, host, endpoints);
    }
    (!mirrors.is_empty()).then(|| Section::new().with("mirrors", mirrors))
}

fn features(request: &Request<'_>) -> Section {
    let contract = request.contract;
    Section::new()
        .when(!contract.documents(), |features| {
            features
                .with("rbac", true)
                .when(contract.stable_hostname(), |features| features.with("stableHostname", true))
                .when(contract.checks_usage(), |features| {
                    features.with("apidCheckExtKeyUsage", true)
                })
        })
        .when(contract.disk_quota(), |features| features.with("diskQuotaSupport", true))
        .when(contract.kube_prism(), |features| {
            let section = Section::new().with("enabled", true).with("port", KUBE_PRISM_PORT);
            features.with("kubePrism", section)
        })
        .when(contract.host_dns(), |features| {
            let section =
                Section::new().with("enabled", true).when(contract.forwards_dns(), |host_dns| {
                    host_dns.with("forwardKubeDNSToHost", true)
                });
            features.with("hostDNS", section)
        })
}
