//! What is shown to callers and asked of them: a pure function of two resources.
//!
//! It is made as a whole and exchanged as a whole, so that no connection sees half a change.

use std::sync::Arc;

use resources::runtime::ApiServiceConfig;
use resources::secrets::ApiCertificates;
use resources::value::{Certificate, CertificateAndKey};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::TLS13;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

use crate::node::Nodes;

/// The only protocol: gRPC refuses whoever does not choose it by name.
const ALPN: &[u8] = b"h2";

/// Whether the node has a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nobody is authenticated, and little is open.
    Maintenance,
    /// Callers show certificates.
    Configured,
}

impl Mode {
    /// The mode that the switches mean together; none if they contradict each other.
    pub(crate) fn of(service: &ApiServiceConfig) -> Option<Self> {
        match (service.skip_verifying_client_cert, service.readonly_role_mode) {
            (true, true) => Some(Self::Maintenance),
            (false, false) => Some(Self::Configured),
            _ => None,
        }
    }
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrontError {
    /// The two resources are of different moments; the other one is about to follow.
    #[error("service and certificates do not agree on who may call")]
    Disagree,
    /// A part that is needed is not there yet.
    #[error("no {0} yet")]
    Missing(&'static str),
    /// A part cannot be read.
    #[error("read the {part}")]
    Pem {
        /// Which one.
        part: &'static str,
        /// Why not.
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    /// A part cannot be used.
    #[error("use the {part}")]
    Tls {
        /// Which one.
        part: &'static str,
        /// Why not.
        #[source]
        source: rustls::Error,
    },
    /// No certificate can be verified against the authorities.
    #[error("use the accepted authorities")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
}

/// How callers are met.
#[derive(Debug)]
pub(crate) struct Front {
    /// Who may come in.
    pub(crate) mode: Mode,
    /// The TLS of the listener.
    pub(crate) tls: Arc<ServerConfig>,
    /// The way to other nodes, where the node has a certificate for it.
    pub(crate) nodes: Option<Nodes>,
    /// The names and addresses in the own certificate, as text.
    names: Vec<String>,
    authorities: Vec<CertificateDer<'static>>,
}

impl Front {
    /// Builds what the resources say; other nodes are reached at `port`.
    pub(crate) fn new(
        service: &ApiServiceConfig,
        certificates: &ApiCertificates,
        port: u16,
    ) -> Result<Self, FrontError> {
        let mode = Mode::of(service).ok_or(FrontError::Disagree)?;
        if (mode == Mode::Maintenance) != certificates.skip_verifying_client_cert {
            return Err(FrontError::Disagree);
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let shown =
            certificates.server.as_ref().ok_or(FrontError::Missing("server certificate"))?;
        let shown = pair(shown, "server certificate", &provider)?;
        let names = names(&shown);
        let authorities = match mode {
            Mode::Maintenance => Vec::new(),
            Mode::Configured => authorities(&certificates.accepted_cas)?,
        };
        let roots = Arc::new(roots(&authorities)?);
        let client = certificates.client.as_ref().filter(|client| !client.crt.is_empty());
        let nodes = match (mode, service.node_routing_disabled, client) {
            (Mode::Configured, false, Some(client)) => {
                let key = Arc::new(pair(client, "client certificate", &provider)?);
                let tls = client_tls(Arc::clone(&roots), &key, &provider)?;
                Some(Nodes::new(Arc::new(tls), key, port))
            }
            _ => None,
        };
        let tls = Arc::new(server_tls(mode, roots, shown, &provider)?);
        Ok(Self { mode, tls, nodes, names, authorities })
    }

    /// Whether a connection that was let in by `self` may stay now that `newer` holds: what let it
    /// in must still do so.
    pub(crate) fn stays_under(&self, newer: Option<&Self>) -> bool {
        match newer {
            None => self.mode == Mode::Configured,
            Some(newer) => {
                self.mode == newer.mode
                    && self.authorities.iter().all(|known| newer.authorities.contains(known))
            }
        }
    }

    /// Whether a node that dialled `target` and verified our certificate meant us.
    pub(crate) fn is_named(&self, target: &str) -> bool {
        self.names.iter().any(|name| name.eq_ignore_ascii_case(target))
    }
}

fn tls_error(part: &'static str) -> impl Fn(rustls::Error) -> FrontError {
    move |source| FrontError::Tls { part, source }
}

fn server_tls(
    mode: Mode,
    roots: Arc<RootCertStore>,
    shown: CertifiedKey,
    provider: &Arc<CryptoProvider>,
) -> Result<ServerConfig, FrontError> {
    let builder = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(&[&TLS13])
        .map_err(tls_error("protocol version"))?;
    let builder = match mode {
        Mode::Maintenance => builder.with_no_client_auth(),
        Mode::Configured => builder.with_client_cert_verifier(
            WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(provider)).build()?,
        ),
    };
    let mut tls = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(shown)));
    tls.alpn_protocols = vec![ALPN.to_vec()];
    // A ticket would carry an identity past a change of authorities.
    tls.send_tls13_tickets = 0;
    tls.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(tls)
}

fn client_tls(
    roots: Arc<RootCertStore>,
    key: &Arc<CertifiedKey>,
    provider: &Arc<CryptoProvider>,
) -> Result<ClientConfig, FrontError> {
    let verifier =
        WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider)).build()?;
    let mut tls = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(&[&TLS13])
        .map_err(tls_error("protocol version"))?
        .with_webpki_verifier(verifier)
        .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(CertifiedKey::clone(key))));
    tls.alpn_protocols = vec![ALPN.to_vec()];
    tls.resumption = Resumption::disabled();
    Ok(tls)
}

fn authorities(accepted: &[Certificate]) -> Result<Vec<CertificateDer<'static>>, FrontError> {
    let mut all = Vec::new();
    for authority in accepted {
        all.extend(chain(&authority.crt, "accepted authorities")?);
    }
    if all.is_empty() { Err(FrontError::Missing("accepted authorities")) } else { Ok(all) }
}

/// Authorities of one subject are all tried: each is an anchor of its own.
fn roots(authorities: &[CertificateDer<'static>]) -> Result<RootCertStore, FrontError> {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority.clone()).map_err(tls_error("accepted authorities"))?;
    }
    Ok(roots)
}

fn pair(
    pair: &CertificateAndKey,
    part: &'static str,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, FrontError> {
    let chain = chain(&pair.crt, part)?;
    // PKCS #8 under a label of its own, which the reader of PEM does not know.
    let key = pair.key.expose().replace("ED25519 PRIVATE KEY", "PRIVATE KEY");
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
        .map_err(|source| FrontError::Pem { part, source })?;
    CertifiedKey::from_der(chain, key, provider).map_err(tls_error(part))
}

fn chain(pem: &str, part: &'static str) -> Result<Vec<CertificateDer<'static>>, FrontError> {
    let certificates = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>();
    certificates.map_err(|source| FrontError::Pem { part, source })
}

/// The subject alternative names of a leaf, addresses in their usual text form.
fn names(shown: &CertifiedKey) -> Vec<String> {
    let Ok(leaf) = shown.end_entity_cert() else { return Vec::new() };
    let Ok((_, leaf)) = X509Certificate::from_der(leaf) else { return Vec::new() };
    let Ok(Some(names)) = leaf.subject_alternative_name() else { return Vec::new() };
    let text = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    };
    names.value.general_names.iter().filter_map(text).collect()
}

fn address(bytes: &[u8]) -> Option<std::net::IpAddr> {
    let v4 = || Some(<[u8; 4]>::try_from(bytes).ok()?.into());
    let v6 = || Some(<[u8; 16]>::try_from(bytes).ok()?.into());
    v4().or_else(v6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switches_mean_a_mode_together() {
        let check = |skip, readonly, expected| {
            let service = ApiServiceConfig {
                skip_verifying_client_cert: skip,
                readonly_role_mode: readonly,
                ..ApiServiceConfig::default()
            };
            assert_eq!(Mode::of(&service), expected);
        };
        check(true, true, Some(Mode::Maintenance));
        check(false, false, Some(Mode::Configured));
        // Nobody verified, and roles from nowhere.
        check(true, false, None);
        check(false, true, None);
    }

    #[test]
    fn half_of_what_is_needed_is_no_front() {
        let service = ApiServiceConfig::default();
        let check = |certificates: &ApiCertificates, expected: &str| {
            let error = Front::new(&service, certificates, 50000).unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        let nothing = ApiCertificates::default();
        check(&nothing, "no server certificate yet");
        let maintenance = ApiCertificates { skip_verifying_client_cert: true, ..nothing.clone() };
        check(&maintenance, "service and certificates do not agree on who may call");
        let noise = CertificateAndKey::new("noise".to_owned(), "noise".to_owned());
        check(
            &ApiCertificates { server: Some(noise), ..nothing.clone() },
            "read the server certificate",
        );
        let key = rcgen::KeyPair::generate().unwrap();
        let leaf = rcgen::CertificateParams::new(["n.lan".to_owned()]).unwrap();
        let leaf = leaf.self_signed(&key).unwrap().pem();
        let server = Some(CertificateAndKey::new(leaf.clone(), key.serialize_pem()));
        check(
            &ApiCertificates { server: server.clone(), ..nothing.clone() },
            "no accepted authorities yet",
        );
        let stranger = rcgen::KeyPair::generate().unwrap().serialize_pem();
        check(
            &ApiCertificates {
                server: Some(CertificateAndKey::new(leaf.clone(), stranger)),
                accepted_cas: vec![Certificate { crt: leaf.clone() }],
                ..nothing.clone()
            },
            "use the server certificate",
        );
        let whole =
            ApiCertificates { server, accepted_cas: vec![Certificate { crt: leaf }], ..nothing };
        let front = Front::new(&service, &whole, 50000).unwrap();
        assert!(front.is_named("N.lan") && !front.is_named("m.lan"));
        assert!(front.nodes.is_none());
    }
}
