//! Certificates of the tests, and a client that believes any server.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use config::pki::{Authority, Identity, Leaf, Usage};
use cosi::{Clock, SystemClock};
use resources::value::CertificateAndKey;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};

fn now() -> SystemTime {
    SystemClock.now().into()
}

pub(super) fn authority() -> Authority {
    Authority::generate(Some("talos"), now()).unwrap()
}

/// A node's certificate for its address.
pub(super) fn server(authority: &Authority, address: IpAddr) -> Identity {
    let names = [address.to_string()];
    let leaf = Leaf {
        usage: Usage::Server,
        common_name: Some("node"),
        organizations: &[],
        names: &names,
        lifetime: Duration::from_secs(3600),
    };
    authority.issue(&leaf, now()).unwrap()
}

/// A client's certificate with these organizations.
pub(super) fn client(authority: &Authority, organizations: &[&str]) -> Identity {
    let leaf = Leaf {
        usage: Usage::Client,
        common_name: None,
        organizations,
        names: &[],
        lifetime: Duration::from_secs(3600),
    };
    authority.issue(&leaf, now()).unwrap()
}

/// A server's certificate that a client shows.
pub(super) fn wrong_usage(authority: &Authority) -> Identity {
    let leaf = Leaf {
        usage: Usage::Server,
        common_name: None,
        organizations: &["os:admin"],
        names: &[],
        lifetime: Duration::from_secs(3600),
    };
    authority.issue(&leaf, now()).unwrap()
}

/// A certificate and key as the store has them.
pub(super) fn pair(identity: &Identity) -> CertificateAndKey {
    CertificateAndKey::new(identity.certificate.clone(), identity.key.pem().expose().clone())
}

/// A client with this certificate.
pub(super) fn tls(identity: Option<&Identity>) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider)));
    let mut tls = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => builder.with_client_auth_cert(chain(identity), key(identity)).unwrap(),
    };
    tls.alpn_protocols = vec![b"h2".to_vec()];
    tls
}

fn chain(identity: &Identity) -> Vec<CertificateDer<'static>> {
    vec![CertificateDer::from_pem_slice(identity.certificate.as_bytes()).unwrap()]
}

fn key(identity: &Identity) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from_pem_slice(identity.key.pem().expose().as_bytes()).unwrap()
}

/// The certificate and key as a node signs with them.
pub(super) fn signer(identity: &Identity) -> rustls::sign::CertifiedKey {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    rustls::sign::CertifiedKey::from_der(chain(identity), key(identity), &provider).unwrap()
}

/// A client that believes any server, as one in maintenance mode must.
#[derive(Debug)]
struct Anybody(Arc<rustls::crypto::CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("the node speaks TLS 1.3 only".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
