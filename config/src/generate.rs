//! Configurations for a new cluster, from its name, endpoint and secrets.
//!
//! What is written is what the contract's clients write for the same version, field by field and with
//! the same empty fields, because patches are written against it: `op: add` at `/machine/certSANs/-`
//! needs the list to be there. That is why trees are built here and no typed documents, which leave
//! out what is empty. Two things differ: all keys are ECDSA P-256, and no installer image is named
//! unless one is asked for, since there is none to run.

mod annotate;
mod cluster;
pub mod contract;
mod machine;
mod section;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use self::annotate::annotate;
#[cfg(test)]
pub(crate) use self::annotate::example_of;
use self::section::Section;
use crate::client::{ClientConfig, ClientContext};
use crate::endpoint::url;
use crate::pki::authority::CLIENT_LIFETIME;
use crate::pki::{Authority, Bundle, Leaf, PkiError, Usage};
use crate::table;
use crate::v1alpha1::MachineType;
use crate::value::{Pem, PemKey};
use crate::yaml::Tree;
use crate::yaml::tree::Show;

pub use self::annotate::Notes;
pub use self::contract::Contract;

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
    /// Version of the contract that the configurations are for.
    pub contract: Contract,
    /// The disk that is installed to.
    pub install_disk: &'a str,
    /// The image that installs, if it is named.
    pub install_image: Option<&'a str>,
    /// Version of Kubernetes, without a leading `v`.
    pub kubernetes_version: &'a str,
    /// Domain of services.
    pub dns_domain: &'a str,
    /// Further names and addresses for the certificates of the APIs.
    pub cert_sans: &'a [String],
    /// Mirrors of registries: the host that is named in images, and URLs to ask instead, in order.
    pub mirrors: &'a [(String, Vec<String>)],
    /// Whether members find each other through a discovery service.
    pub discovery: bool,
    /// Whether nodes talk to each other through WireGuard.
    pub kube_span: bool,
    /// Which comments are written.
    pub notes: Notes,
}

impl<'a> Request<'a> {
    /// A cluster with defaults for all but its name and endpoint.
    #[must_use]
    pub fn new(name: &'a str, endpoint: &'a str) -> Self {
        Self {
            name,
            endpoint,
            contract: Contract::default(),
            install_disk: "/dev/sda",
            install_image: None,
            kubernetes_version: KUBERNETES_VERSION,
            dns_domain: "cluster.local",
            cert_sans: &[],
            mirrors: &[],
            discovery: true,
            kube_span: false,
            notes: Notes::default(),
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
    /// A version of Kubernetes has three numbers.
    #[error("{0:?} is no version of Kubernetes, as {KUBERNETES_VERSION}")]
    Kubernetes(String),
    /// A mirror is asked by HTTP.
    #[error("mirror of {host:?}: {url:?} is no http or https URL")]
    Mirror {
        /// The host that is named in images.
        host: String,
        /// What should be asked instead.
        url: String,
    },
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
    check_versions_and_mirrors(request)?;
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
    let grant = Grant { context: name, roles: &[types::Role::Admin], lifetime: CLIENT_LIFETIME };
    client_for(&grant, authority, now)
}

/// What a client is granted.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    /// Name of its context.
    pub context: &'a str,
    /// What its certificate lets it do.
    pub roles: &'a [types::Role],
    /// How long the certificate is valid.
    pub lifetime: Duration,
}

/// A client's file with one context.
///
/// # Errors
/// [`PkiError`]
pub fn client_for(
    grant: &Grant<'_>,
    authority: &Authority,
    now: SystemTime,
) -> Result<ClientConfig, PkiError> {
    let roles: Vec<&str> = grant.roles.iter().map(|role| role.as_str()).collect();
    let leaf = Leaf {
        usage: Usage::Client,
        common_name: None,
        organizations: &roles,
        names: &[],
        lifetime: grant.lifetime,
    };
    let identity = authority.issue(&leaf, now)?;
    let context = ClientContext {
        ca: Some(Pem(authority.certificate().to_owned())),
        certificate: Some(Pem(identity.certificate)),
        key: Some(PemKey(identity.key.pem().clone())),
        ..ClientContext::default()
    };
    Ok(ClientConfig {
        context: Some(grant.context.to_owned()),
        contexts: BTreeMap::from([(grant.context.to_owned(), context)]),
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

/// Refuses what would make images or mirrors that cannot be.
fn check_versions_and_mirrors(request: &Request<'_>) -> Result<(), GenerateError> {
    let core = request.kubernetes_version.split(['-', '+']).next().unwrap_or_default();
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if core.split('.').count() != 3 || !core.split('.').all(number) {
        return Err(GenerateError::Kubernetes(request.kubernetes_version.to_owned()));
    }
    for (host, urls) in request.mirrors {
        for text in urls {
            if !url(text).is_some_and(|url| matches!(url.scheme, "http" | "https")) {
                let (host, url) = (host.clone(), text.clone());
                return Err(GenerateError::Mirror { host, url });
            }
        }
    }
    Ok(())
}

/// The stream for a machine of a kind.
fn write(kind: MachineType, request: &Request<'_>, bundle: &Bundle) -> String {
    let texts: Vec<_> = documents(kind, request, bundle)
        .into_iter()
        .map(|(kind, document)| match table::kind(kind) {
            Some(kind) => annotate(&document.into(), kind.table, request.notes),
            None => Tree::from(document).to_yaml(Show::Secrets),
        })
        .collect();
    texts.join("---\n")
}

/// The documents for a machine of a kind, each with its word behind `kind:`.
fn documents(
    kind: MachineType,
    request: &Request<'_>,
    bundle: &Bundle,
) -> Vec<(&'static str, Section)> {
    let contract = request.contract;
    let root = Section::new()
        .with("version", "v1alpha1")
        .with("debug", false)
        .with("persist", true)
        .with("machine", machine::machine(kind, request, bundle))
        .with("cluster", cluster::cluster(kind, request, bundle));
    let mut documents = vec![("", root)];
    let mut add = |kind: &'static str, fields: &dyn Fn(Section) -> Section| {
        let header = Section::new().with("apiVersion", "v1alpha1").with("kind", kind);
        documents.push((kind, fields(header)));
    };
    if contract.documents() {
        for (host, urls) in request.mirrors {
            let endpoint = |url: &String| Section::new().with("url", url.as_str()).into();
            let endpoints: Vec<Tree> = urls.iter().map(endpoint).collect();
            add("RegistryMirrorConfig", &|mirror| {
                mirror.with("name", host.as_str()).with("endpoints", endpoints.clone())
            });
        }
        add("HostnameConfig", &|hostname| hostname.with("auto", "stable"));
    }
    if contract.kube_span_document() && request.kube_span {
        add("KubeSpanConfig", &|kube_span| kube_span.with("enabled", true));
    }
    documents
}

#[cfg(test)]
mod tests;
