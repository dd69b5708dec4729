//! Configurations for a new cluster, from its name, endpoint and secrets.
//!
//! What is written is what the contract's current version writes, except that all keys are ECDSA
//! P-256 and that no installer image is named: there is none to run.

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::client::{ClientConfig, ClientContext};
use crate::endpoint::url;
use crate::pki::authority::CLIENT_LIFETIME;
use crate::pki::{Authority, Bundle, Leaf, PkiError, Usage};
use crate::v1alpha1::cluster::control_plane::{
    AdmissionPlugin, ApiServer, ControllerManager, Proxy, Scheduler,
};
use crate::v1alpha1::cluster::etcd::Etcd;
use crate::v1alpha1::cluster::membership::{
    Discovery, DiscoveryRegistries, KubernetesRegistry, ServiceRegistry,
};
use crate::v1alpha1::cluster::network::ClusterNetwork;
use crate::v1alpha1::cluster::{Cluster, ControlPlane};
use crate::v1alpha1::hostname::AutoHostname;
use crate::v1alpha1::machine::feature::{Features, HostDns, KubePrism};
use crate::v1alpha1::machine::install::Install;
use crate::v1alpha1::machine::kubelet::Kubelet;
use crate::v1alpha1::root::Version;
use crate::v1alpha1::{Document, HostnameConfig, Machine, MachineType, Root};
use crate::value::{CertificateAndKey, Free, KeyOnly, Pem, PemKey, Prefix};
use crate::yaml::Tree;
use crate::yaml::tree::Show;

/// Version of Kubernetes that a new cluster runs.
pub const KUBERNETES_VERSION: &str = "1.36.3";
/// Port of the Kubernetes API.
const KUBERNETES_PORT: u16 = 6443;
/// Port of the load balancer of the API servers on each node.
const KUBE_PRISM_PORT: u16 = 7445;

/// What a new cluster is to be.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Name of the cluster.
    pub name: &'a str,
    /// URL of the Kubernetes API, as `https://10.5.0.2:6443`.
    pub endpoint: &'a str,
    /// The disk that is installed to.
    pub install_disk: &'a str,
    /// Version of Kubernetes, without a leading `v`.
    pub kubernetes_version: &'a str,
    /// Domain of services.
    pub dns_domain: &'a str,
    /// Further names and addresses for the certificates of the APIs.
    pub cert_sans: &'a [String],
}

impl<'a> Request<'a> {
    /// A cluster with defaults for all but its name and endpoint.
    #[must_use]
    pub fn new(name: &'a str, endpoint: &'a str) -> Self {
        Self {
            name,
            endpoint,
            install_disk: "/dev/sda",
            kubernetes_version: KUBERNETES_VERSION,
            dns_domain: "cluster.local",
            cert_sans: &[],
        }
    }
}

/// The files of a new cluster. All hold secrets.
#[derive(Clone)]
pub struct Generated {
    /// `controlplane.yaml`
    pub control_plane: String,
    /// `worker.yaml`
    pub worker: String,
    /// `talosconfig`
    pub client: ClientConfig,
}

/// The files hold secrets.
impl std::fmt::Debug for Generated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Generated").finish_non_exhaustive()
    }
}

/// Why nothing could be generated.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The endpoint is no URL that a cluster can have.
    #[error("endpoint {given:?} is no https URL, did you mean {proposal:?}?")]
    Endpoint {
        /// What was given.
        given: String,
        /// What it should look like.
        proposal: String,
    },
    /// A cluster needs a name.
    #[error("the cluster's name is empty")]
    Name,
    /// A key or certificate could not be made.
    #[error("make certificates")]
    Pki(#[from] PkiError),
}

/// Writes the files of a new cluster.
///
/// # Errors
/// [`GenerateError`]
pub fn generate(
    request: &Request<'_>,
    bundle: &Bundle,
    now: SystemTime,
) -> Result<Generated, GenerateError> {
    if request.name.is_empty() {
        return Err(GenerateError::Name);
    }
    check_endpoint(request.endpoint)?;
    Ok(Generated {
        control_plane: write(MachineType::ControlPlane, request, bundle),
        worker: write(MachineType::Worker, request, bundle),
        client: client(request.name, &bundle.os, now)?,
    })
}

/// A client's file with one context, whose certificate grants everything for a year.
///
/// # Errors
/// [`PkiError`]
pub fn client(
    name: &str,
    authority: &Authority,
    now: SystemTime,
) -> Result<ClientConfig, PkiError> {
    let leaf = Leaf {
        usage: Usage::Client,
        common_name: None,
        organizations: &[types::Role::Admin.as_str()],
        names: &[],
        lifetime: CLIENT_LIFETIME,
    };
    let identity = authority.issue(&leaf, now)?;
    let context = ClientContext {
        ca: Some(Pem(authority.certificate().to_owned())),
        certificate: Some(Pem(identity.certificate)),
        key: Some(PemKey(identity.key.pem().clone())),
        ..ClientContext::default()
    };
    Ok(ClientConfig {
        context: Some(name.to_owned()),
        contexts: BTreeMap::from([(name.to_owned(), context)]),
    })
}

/// Refuses an endpoint that is no https URL with a host.
fn check_endpoint(endpoint: &str) -> Result<(), GenerateError> {
    if url(endpoint).is_some_and(|url| url.scheme == "https") {
        return Ok(());
    }
    let bare = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest).trim_end_matches('/');
    let with_port = match bare.parse::<std::net::Ipv6Addr>() {
        Ok(address) => format!("[{address}]:{KUBERNETES_PORT}"),
        Err(_) if bare.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) => {
            bare.to_owned()
        }
        Err(_) => format!("{bare}:{KUBERNETES_PORT}"),
    };
    Err(GenerateError::Endpoint {
        given: endpoint.to_owned(),
        proposal: format!("https://{with_port}"),
    })
}

/// The stream for a machine of a kind.
fn write(kind: MachineType, request: &Request<'_>, bundle: &Bundle) -> String {
    let root = Root {
        version: Some(Version::V1Alpha1),
        debug: Some(false),
        persist: Some(true),
        machine: Some(Box::new(machine(kind, request, bundle))),
        cluster: Some(Box::new(cluster(kind, request, bundle))),
    };
    let hostname = HostnameConfig { auto: Some(AutoHostname::Stable), hostname: None };
    [Document::Root(Box::new(root)), Document::Hostname(Box::new(hostname))]
        .map(|document| document.encode().to_yaml(Show::Secrets))
        .join("---\n")
}

/// An authority as a machine of a kind holds it: only a control plane has the key.
fn authority(kind: MachineType, authority: &Authority) -> CertificateAndKey {
    CertificateAndKey {
        certificate: Some(Pem(authority.certificate().to_owned())),
        key: kind.is_control_plane().then(|| PemKey(authority.key().pem().clone())),
    }
}

fn machine(kind: MachineType, request: &Request<'_>, bundle: &Bundle) -> Machine {
    let on = Some(true);
    let label =
        || ("node.kubernetes.io/exclude-from-external-load-balancers".to_owned(), String::new());
    Machine {
        kind: Some(kind),
        token: Some(bundle.machine_token.clone()),
        ca: Some(authority(kind, &bundle.os)),
        cert_sans: request.cert_sans.to_vec(),
        kubelet: Some(Box::new(Kubelet {
            image: Some(format!("ghcr.io/siderolabs/kubelet:v{}", request.kubernetes_version)),
            default_runtime_seccomp_profile_enabled: on,
            disable_manifests_directory: on,
            ..Kubelet::default()
        })),
        install: Some(Box::new(Install {
            disk: Some(request.install_disk.to_owned()),
            wipe: Some(false),
            grub_use_uki_cmdline: on,
            ..Install::default()
        })),
        features: Some(Box::new(Features {
            disk_quota_support: on,
            kube_prism: Some(KubePrism { enabled: on, port: Some(KUBE_PRISM_PORT) }),
            host_dns: Some(HostDns {
                enabled: on,
                forward_kube_dns_to_host: on,
                resolve_member_names: None,
            }),
            ..Features::default()
        })),
        node_labels: kind.is_control_plane().then(label).into_iter().collect(),
        ..Machine::default()
    }
}

fn cluster(kind: MachineType, request: &Request<'_>, bundle: &Bundle) -> Cluster {
    let base = Cluster {
        id: Some(bundle.cluster_id.clone()),
        secret: Some(bundle.cluster_secret.clone()),
        control_plane: Some(ControlPlane {
            endpoint: Some(request.endpoint.to_owned()),
            local_api_server_port: None,
        }),
        name: Some(request.name.to_owned()),
        network: Some(networks(request)),
        token: Some(bundle.bootstrap_token.clone()),
        ca: Some(authority(kind, &bundle.kubernetes)),
        discovery: Some(Discovery {
            enabled: Some(true),
            registries: Some(DiscoveryRegistries {
                kubernetes: Some(KubernetesRegistry { disabled: Some(true) }),
                service: Some(ServiceRegistry::default()),
            }),
        }),
        ..Cluster::default()
    };
    if !kind.is_control_plane() {
        return base;
    }
    let image =
        |part: &str| Some(format!("registry.k8s.io/{part}:v{}", request.kubernetes_version));
    Cluster {
        secretbox_encryption_secret: Some(bundle.secretbox_key.clone()),
        aggregator_ca: Some(authority(kind, &bundle.aggregator)),
        service_account: Some(KeyOnly { key: Some(PemKey(bundle.service_account.pem().clone())) }),
        api_server: Some(Box::new(ApiServer {
            image: image("kube-apiserver"),
            cert_sans: request.cert_sans.to_vec(),
            admission_control: vec![pod_security()],
            audit_policy: Some(audit_policy()),
            ..ApiServer::default()
        })),
        controller_manager: Some(Box::new(ControllerManager {
            image: image("kube-controller-manager"),
            ..ControllerManager::default()
        })),
        proxy: Some(Proxy { image: image("kube-proxy"), ..Proxy::default() }),
        scheduler: Some(Box::new(Scheduler {
            image: image("kube-scheduler"),
            ..Scheduler::default()
        })),
        etcd: Some(Box::new(Etcd { ca: Some(authority(kind, &bundle.etcd)), ..Etcd::default() })),
        ..base
    }
}

/// Networks of pods and services, of the family of the endpoint's address.
fn networks(request: &Request<'_>) -> ClusterNetwork {
    let v6 = url(request.endpoint)
        .and_then(|url| url.address())
        .is_some_and(|address| address.is_ipv6());
    let (pods, services) = if v6 {
        ("fc00:db8:10::/56", "fc00:db8:20::/112")
    } else {
        ("10.244.0.0/16", "10.96.0.0/12")
    };
    // The texts above are prefixes; a test reads them back.
    let list = |text: &str| text.parse::<Prefix>().into_iter().collect();
    ClusterNetwork {
        cni: None,
        dns_domain: Some(request.dns_domain.to_owned()),
        pod_subnets: list(pods),
        service_subnets: list(services),
    }
}

fn map<const N: usize>(entries: [(&str, Tree); N]) -> Tree {
    Tree::Map(entries.map(|(key, value)| (key.to_owned(), value)).into())
}

fn text(value: &str) -> Tree {
    Tree::Text(value.to_owned())
}

/// Pods must keep the baseline of the pod security standards; what the restricted one forbids is
/// warned about.
fn pod_security() -> AdmissionPlugin {
    let configuration = map([
        ("apiVersion", text("pod-security.admission.config.k8s.io/v1alpha1")),
        (
            "defaults",
            map([
                ("audit", text("restricted")),
                ("audit-version", text("latest")),
                ("enforce", text("baseline")),
                ("enforce-version", text("latest")),
                ("warn", text("restricted")),
                ("warn-version", text("latest")),
            ]),
        ),
        (
            "exemptions",
            map([
                ("namespaces", Tree::List(vec![text("kube-system")])),
                ("runtimeClasses", Tree::List(Vec::new())),
                ("usernames", Tree::List(Vec::new())),
            ]),
        ),
        ("kind", text("PodSecurityConfiguration")),
    ]);
    AdmissionPlugin {
        name: Some("PodSecurity".to_owned()),
        configuration: Some(Free(configuration)),
    }
}

/// Who did what, without contents.
fn audit_policy() -> Free {
    Free(map([
        ("apiVersion", text("audit.k8s.io/v1")),
        ("kind", text("Policy")),
        ("rules", Tree::List(vec![map([("level", text("Metadata"))])])),
    ]))
}

#[cfg(test)]
mod tests {
    use types::Mode;

    use super::*;
    use crate::document::Config;
    use crate::validate::validate;

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_800_000_000)
    }

    fn check(endpoint: &str, pods: &str) -> Generated {
        let bundle = Bundle::generate(now()).unwrap();
        let files = generate(&Request::new("demo", endpoint), &bundle, now()).unwrap();
        for text in [&files.control_plane, &files.worker] {
            let (config, _) = Config::decode(text.as_bytes()).unwrap();
            for mode in [Mode::Metal, Mode::Cloud, Mode::Container, Mode::MetalAgent] {
                assert_eq!(validate(&config, mode), [], "{mode}");
            }
            assert_eq!(
                config.cluster().unwrap().network.as_ref().unwrap().pod_subnets[0].to_string(),
                pods
            );
        }
        files
    }

    #[test]
    fn what_is_generated_is_valid_everywhere() {
        let files = check("https://10.5.0.2:6443", "10.244.0.0/16");
        check("https://[fd00::2]:6443", "fc00:db8:10::/56");
        let (worker, _) = Config::decode(files.worker.as_bytes()).unwrap();
        assert!(worker.machine().unwrap().ca.as_ref().unwrap().key.is_none());
        assert!(!files.worker.contains("etcd"));
        assert!(files.client.context(None).unwrap().key.is_some());
    }

    #[test]
    fn a_wrong_endpoint_is_answered_with_the_right_form() {
        let check = |given, want: &str| {
            let bundle = Bundle::generate(now()).unwrap();
            let error = generate(&Request::new("demo", given), &bundle, now()).unwrap_err();
            assert!(error.to_string().ends_with(&format!("did you mean {want:?}?")), "{error}");
        };
        check("10.5.0.2", "https://10.5.0.2:6443");
        check("http://10.5.0.2:7000/", "https://10.5.0.2:7000");
        check("fd00::2", "https://[fd00::2]:6443");
    }
}
